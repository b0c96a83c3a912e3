"""How the web server runs; gunicorn reads this file by itself when it starts in this folder."""

from ocrsite.env import env_int, env_str

host = env_str("HOST", "127.0.0.1")
bind = f"{f'[{host}]' if ':' in host else host}:{env_int('PORT', 8000, least=1)}"
worker_class = "gthread"
workers = env_int("WEB_PROCESSES", 1, least=1)
threads = env_int("WEB_THREADS", 8, least=1)
timeout = 120
graceful_timeout = 8
control_socket_disable = True
