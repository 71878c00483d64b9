"""Serves the front end that build.mjs made, with Debian's jupyter_server.

LAB_DIR has the front end (site/) and templates/; LAB_STATE is where settings
and workspaces go. All else are jupyter_server's own options.
"""

import json
import os

import jsonschema
import jupyterlab_server.settings_utils
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyterlab_server import LabServerApp
from tornado import web, websocket

HERE = os.environ["LAB_DIR"]
STATE = os.environ["LAB_STATE"]

# JupyterLab 4.6's schemas are of draft 7; jupyterlab_server 2.16 takes them for draft 4.
jupyterlab_server.settings_utils.Validator = jsonschema.Draft7Validator


# Three addresses that JupyterLab 4 asks for: jupyter_server 2 has them, 1.x not.
class Me(APIHandler):
    @web.authenticated
    def get(self):
        names = {"username": "me", "name": "Me", "display_name": "Me", "initials": "M"}
        self.finish(json.dumps({"identity": dict(names, avatar_url=None, color=None), "permissions": {}}))


class Events(APIHandler):
    @web.authenticated
    def post(self):
        self.set_status(204)
        self.finish()


class Subscription(websocket.WebSocketHandler, JupyterHandler):
    def open(self):
        pass

    def on_message(self, message):
        pass


class Lab(LabServerApp):
    name = "weftlab"
    app_name = "JupyterLab"
    app_url = extension_url = default_url = "/lab"
    file_url_prefix = "/lab/tree"
    load_other_extensions = False
    static_dir = os.path.join(HERE, "site", "static")
    schemas_dir = os.path.join(HERE, "site", "schemas")
    themes_dir = os.path.join(HERE, "site", "themes")
    templates_dir = os.path.join(HERE, "templates")
    app_settings_dir = os.path.join(STATE, "app-settings")
    user_settings_dir = os.path.join(STATE, "user-settings")
    workspaces_dir = os.path.join(STATE, "workspaces")

    def initialize_settings(self):
        super().initialize_settings()
        self.serverapp.web_app.settings["terminals_available"] = False
        self.settings.setdefault("page_config_data", {}).update(
            {"exposeAppInBrowser": "true", "terminalsAvailable": False, "token": ""}
        )
        self.settings["page_config_hook"] = self.finish_page_config

    def finish_page_config(self, handler, config):
        # They ask for services that are not here.
        config["disabledExtensions"] = [
            "@jupyterlab/apputils-extension:announcements",
            "@jupyterlab/fileeditor-extension:language-server",
            "@jupyterlab/notebook-extension:language-server",
            "@jupyterlab/lsp-extension",
        ]
        return config

    def initialize_handlers(self):
        self.handlers.extend(
            [
                (r"/api/me/?", Me),
                (r"/api/events/subscribe/?", Subscription),
                (r"/api/events/?", Events),
            ]
        )
        super().initialize_handlers()


def _jupyter_server_extension_points():
    return [{"module": __name__, "app": Lab}]


if __name__ == "__main__":
    Lab.launch_instance()
