"""Which module holds which verb. A verb's module is imported when the verb is used, so that each starts quickly."""

MODULES = {
    "air": "on_air",
    "approvals": "approval",
    "approve": "approval",
    "article": "article",
    "build": "build",
    "check": "check",
    "console": "console",
    "demo": "demo",
    "import": "importing",
    "listen": "listen",
    "log": "log",
    "new": "new",
    "plan": "plan",
    "run": "on_air",
    "say": "speech",
    "schema": "schema",
    "script": "script",
    "spoken": "spoken",
    "stop": "on_air",
    "voices": "speech",
}
