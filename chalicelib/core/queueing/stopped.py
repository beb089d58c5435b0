"""What tells a handler that its request is to stop. It imports nothing: `import gurukool` is cheap."""


class Stopped(BaseException):
    """Somebody has asked to stop the request: its outcome is `cancelled`, whatever the handler does now.

    Raised in the handler by methods of Gurukool that it calls. Not an Exception, so that `except Exception`
    does not catch it. A handler that has to clean up does so in `finally` or `except Stopped`, within five
    seconds.
    """
