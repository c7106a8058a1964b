"""Run JupyterHub on one machine: a server for each account, and nbgrader's exchange between them.

README.md of this folder says where this file and the folder `servers` go. Users log in with
accounts of this machine, and each user's server runs as that account, so that the operating system
keeps their files apart.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent  # of the environment that students use
STATE = Path("/srv/jupyterhub")  # open to root only

c = get_config()  # noqa: F821 (JupyterHub defines get_config)

# A web server in front of it adds HTTPS; or set c.JupyterHub.ssl_key and c.JupyterHub.ssl_cert.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "instructors"}  # groups of this machine
c.PAMAuthenticator.admin_groups = set()  # an admin of the hub may enter students' servers
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.ConfigurableHTTPProxy.command = [str(PROGRAMS / "configurable-http-proxy")]

c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(HERE / "servers"),
    "PATH": os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", "/usr/bin:/bin")]),
}
