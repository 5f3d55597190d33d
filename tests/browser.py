"""Debian's Chromium without a screen."""

import contextlib
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required "
    "--use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
).split()


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A browser for one module of tests: two at once in one process would share Playwright's event loop, and must not."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine (make test installs it on Debian)")
    with contextlib.ExitStack() as stack:
        # Under tests/clocks it keeps the true clock: with libfaketime its threads spin, and no page is ever loaded.
        preload = os.environ.pop("LD_PRELOAD", None)
        try:
            player = stack.enter_context(sync_playwright())
        finally:
            os.environ |= {"LD_PRELOAD": preload} if preload else {}
        browser = player.chromium.launch(executable_path=program, args=[*_FLAGS, *more])
        yield browser
        browser.close()
