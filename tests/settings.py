"""Settings of a test run: the real ones, with folders, keys and a database made for this run alone."""

import os
import tempfile
from pathlib import Path

from shouwang.kit.seal import RING_FILE, ring_new, ring_write

if "SHOUWANG_TEST_ROOT" not in os.environ:
    _root = Path(tempfile.mkdtemp(prefix=f"shouwang-test-{os.getpid()}-"))
    _root.chmod(0o711)  # the database may run as another user
    os.environ["SHOUWANG_TEST_ROOT"] = str(_root)
    os.environ["SHOUWANG_TEST_PID"] = str(os.getpid())

TEST_ROOT = Path(os.environ["SHOUWANG_TEST_ROOT"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["SHOUWANG_KEYS_DIR"] = str(TEST_ROOT / "keys")
os.environ["SHOUWANG_VAR_DIR"] = str(TEST_ROOT / WORKER / "var")
for _name in ("DATABASE_URL", "SHOUWANG_OWNER_URL", "SHOUWANG_BATCH_URL", "SHOUWANG_ADMIN_URL", "SHOUWANG_SECRET"):
    os.environ.pop(_name, None)
# A browser test leaves an event loop in its process; the tests after it are no asynchronous code for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["SHOUWANG_SECRET"] = "only for this test run, which ends in minutes"
if not (TEST_ROOT / "keys" / RING_FILE).is_file():
    ring_write(ring_new(), TEST_ROOT / "keys")

from shouwang.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # signing in a hundred times, quickly
