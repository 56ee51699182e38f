"""The web server, on bare hosts and in the image alike; a variable changes what hosts differ in."""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
# Between nginx and us connections are kept; nginx gives them up first (keepalive_timeout there).
keepalive = 75
timeout = 60
graceful_timeout = 30  # what is being answered is answered, also while a new version comes
max_requests, max_requests_jitter = 5000, 500  # a leak, should there be one, never grows old
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - heartbeats on a busy disk look like a hang
forwarded_allow_ips = "127.0.0.1"  # the portal reads the proxy's headers itself (PROXY_COUNT)
control_socket_disable = True
loglevel = "warning"
