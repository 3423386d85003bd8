"""The command line, one module a command. Like the pages: read arguments, call core, print.

Heavy modules (torch, pandas, DuckDB, OpenVINO) are imported inside the commands that need them, so that no command
waits for another one's libraries.
"""
