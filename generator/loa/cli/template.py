"""`loa template`, `loa topic`: which templates and topics there are; a copy to change, a campaign to fill in."""

import sys
from datetime import date

import click

from loa import template_files
from loa.article.topics import TopicFact, topic, topics
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import print_findings
from loa.errors import Finding, TemplateError
from loa.i18n import _
from loa.yamlfile.writing import scalar


@loa.command(help=_("List the templates, or copy the template NAME into the station, to change it there."))
@click.argument("name", required=False)
@pass_station
def template(station: CliContext, name: str | None) -> None:
    """Without NAME one template a line, those that the station changed marked; with NAME the path of the copy."""
    workspace = station.workspace
    if name is None:
        for known in template_files.names(workspace):
            own = "  " + _("(the station’s own)") if template_files.is_own(workspace, known) else ""
            click.echo(f"{known}{own}")
        return
    print_findings(template_files.retire_copies(workspace), stream=sys.stderr)
    click.echo(workspace.relative(template_files.copy_to_station(workspace, name)))
    click.echo(_("Change this file. To use the template that comes with Loa again, delete it."), err=True)


@loa.command("topic", help=_("List the topics, or print a campaign of the topic NAME, to be filled in."))
@click.argument("name", required=False)
@pass_station
def topic_command(station: CliContext, name: str | None) -> None:
    """Without NAME one topic a line; with it YAML for below `campaigns:`, each fact with what it is."""
    known = topics(station.workspace)
    if name is None:
        width = max(map(len, known))
        for key, title in known.items():
            click.echo(f"{key:{width}}  {title}")
        return
    if name not in known:
        message = _("There is no topic “{name}”.").format(name=name)
        raise TemplateError(Finding("template.missing", message, _("Choose: {list}").format(list=", ".join(known))))
    found = topic(station.workspace, name)
    today = date.today()  # noqa: DTZ011  the day of the desk where it is typed
    lines = [f"  - id: {name}", f"    template: {name}", f"    title: {scalar(found.title, flow=False)}"]
    lines += [f"    as_of: {today:%Y-%m-%d}", "    form: radio", *(["    facts:"] if found.facts else [])]
    for line in (*lines, *map(_to_fill_in, found.facts)):
        click.echo(line)


def _to_fill_in(fact: TopicFact) -> str:
    need = _("needed") if fact.needed else _("may stay null")
    example = _("For example: {example}").format(example=fact.shown_example)
    if fact.options:
        example = "; ".join(f"{word} = {called}" for word, called in fact.options.items())
    return f"      {fact.name}: null  # " + " ".join(f"{fact.title} ({need}). {example}".split())
