"""Benches are left out unless asked for with `-m slow`."""


def pytest_ignore_collect(config):
    return None if config.getoption("markexpr") == "slow" else True
