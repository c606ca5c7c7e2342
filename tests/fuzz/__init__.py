"""Coverage-guided fuzzing of everything that reads what strangers write.

    make fuzz                                      every target for a minute
    make fuzz ARGS="page markdown --seconds 3600"

The oracle: no exception, no input that takes seconds, no memory beyond a limit, and what a target
asserts. What was found stays in `.fuzz/`; its cure brings a case for the ordinary tests.
"""
