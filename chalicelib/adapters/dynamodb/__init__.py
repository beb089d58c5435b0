"""The store on DynamoDB, through PynamoDB. The models are private to this package."""
