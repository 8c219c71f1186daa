"""A Prefect server of our own on the loopback, which ends with the process that started it.

Prefect's ephemeral server is a child of the terminal as well: Ctrl-C ends it first, whereupon the
flow asks it in vain for a minute; and whoever is killed leaves it behind, listening. This one is
in a session of its own, and reads from a pipe that ends when its starter does, however it ends.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from flows.errors import EngineError

PATIENCE_S = 120
STEP_S = 0.1
WHAT_PREFECT_SETS = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}


def own_server() -> str:
    """Start it; returns the address of its API when it answers.

    Raises:
        EngineError: it does not come up.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.own_server"],
        env={**os.environ, **WHAT_PREFECT_SETS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end, process)
    port = process.stdout.readline().strip() if process.stdout else ""
    url = f"http://127.0.0.1:{port}/api"
    until = time.monotonic() + PATIENCE_S
    while port and process.poll() is None and time.monotonic() < until:
        if _answers(url):
            return url
        time.sleep(STEP_S)
    raise EngineError("Prefect's server does not start; --engine plain goes without it")


def _answers(url: str) -> bool:
    # No proxy of the environment may stand between us and ourselves.
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with here.open(f"{url}/health", timeout=5):
            return True
    except OSError:
        return False


def _end(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve() -> None:
    """In the child: say the port, then serve until the starter is gone."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    import uvicorn  # noqa: PLC0415 - after the port is said

    application = "prefect.server.api.server:create_app"
    config = uvicorn.Config(application, factory=True, log_level="critical", lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve()
