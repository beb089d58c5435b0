"""Programs' pieces that do not react to a time limit."""

HANG_IN_C = 're.match("(a+)+$", "a" * 60 + "b")'  # for years, and it holds the interpreter's lock
DEAF = """
            while True:
                try:
                    time.sleep(10)
                except BaseException:
                    pass
"""
