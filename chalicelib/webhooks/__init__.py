"""The handler `http`: ordered delivery of payloads to URLs that the operator allows.

handler -> delivery, allowed_hosts -> urls                what the API needs to check a payload
deliverer -> signing, answers, addresses -> transport     what the worker needs to deliver it
"""
