"""Kinds of outputs that other packages bring: the entry point `x-NAME` of `loa.outputs` is the model of settings."""

from loa import plugins
from loa.errors import PluginError
from loa.i18n import _
from loa.names import output_kind
from loa.schedule.outputs import KINDS, PREFIX, AnyOutput, MissingPlugin, Plugin


def plugin(kind: str) -> type[Plugin]:
    """The model of an output of `kind`. Raises PluginError."""
    found = plugins.load(plugins.OUTPUTS, kind)
    if not (isinstance(found, type) and issubclass(found, Plugin)):
        raise plugins.trouble(plugins.OUTPUTS, kind, _("it is not a kind of output"))
    return found


def kinds() -> dict[str, type[AnyOutput]]:
    """The model of each kind of output that can be set up here: Loa's own, then those of other packages."""
    found = dict(KINDS)
    for kind in plugins.found(plugins.OUTPUTS):
        if (model := model_of(kind)) and model is not MissingPlugin:
            found.setdefault(kind, model)
    return found


def model_of(kind: str) -> type[AnyOutput] | None:
    """The model of an output of `kind`; `MissingPlugin` where its plug-in cannot be used; None: no such kind."""
    if not kind.startswith(PREFIX):
        return KINDS.get(kind)
    try:
        return plugin(kind)
    except PluginError:
        return MissingPlugin


def called(kind: str) -> str:
    """What people call a kind of output."""
    model = model_of(kind)
    label = model.label if model and issubclass(model, Plugin) else ""
    return label or output_kind(kind)
