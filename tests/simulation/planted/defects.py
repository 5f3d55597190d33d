"""Defects, each small and natural, put into a copy of the product on purpose: the simulation has to find them.

The first ten were chosen from the promises of shared/design/broadcast.md by somebody who had not read the simulation.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """In `module` (below generator/loa/) the text `before`, which stands there once, becomes `after`; `breaks`: what.

    `players`: how many a world has in which it is looked for; 0: a station without players.
    """

    name: str
    breaks: str
    module: str
    before: str
    after: str
    players: int = 0


DEFECTS = (
    Defect(
        "claim-off-by-one",
        "outcomes at the very instant up to which all is done are not loaded: what is over starts again",
        "automation/station.py",
        "self.outcomes.load_outcomes(since - _SECOND, max(since, now) + _COMING)",
        "self.outcomes.load_outcomes(since + _SECOND, max(since, now) + _COMING)",
    ),
    Defect(
        "cut-without-outcome",
        "what an emergency cuts is forgotten instead of ended",
        "automation/controller.py",
        "                if other.recording.talk or not resumes:  # whoever spoke does not go on by himself\n"
        "                    self._end(other, now)\n",
        "                if other.recording.talk or not resumes:  # whoever spoke does not go on by himself\n"
        "                    del self.live[other.airing.id]\n",
    ),
    Defect(
        "request-without-lease",
        "a request is claimed by a process that has lost the lease",
        "store/ledger.py",
        "if not holds(connection, holder):",
        "if request is None and not holds(connection, holder):",
    ),
    Defect(
        "start-unreleased",
        "the release is not looked at again in the moment in which the outputs are opened",
        "automation/controller.py",
        "        if self._take_off_if_withdrawn(live, now):  # since it was claimed: it may have waited for another one\n"
        "            return\n",
        "",
    ),
    Defect(
        "stop-leaves-queue",
        "STOP cuts what has its outputs, and leaves what waits for them",
        "automation/controller.py",
        "        for live in self.live.values():\n"
        "            outputs = self._schedule_watch.schedule.stoppable(communes, live.airing.commune, live.wanted_outputs)\n"
        "            if outputs and len(outputs) == len(live.wanted_outputs):\n",
        "        for live in [one for one in self.live.values() if one.session]:\n"
        "            outputs = self._schedule_watch.schedule.stoppable(communes, live.airing.commune, live.wanted_outputs)\n"
        "            if outputs and len(outputs) == len(live.wanted_outputs):\n",
    ),
    Defect(
        "missed-though-heard",
        "an airing is `missed` if one of its outputs has failed, though it was heard on the others",
        "automation/live_airing.py",
        "    complete = any(report.complete for report in reports)\n    late = ",
        "    complete = all(report.complete for report in reports)\n    late = ",
    ),
    Defect(
        "begun-anew",
        "after a restart what may not be resumed is begun anew",
        "automation/due_airings.py",
        "        if previous and not self._late(airing).resume:\n"
        '            self._reasons[airing.id] = _("resuming is off")\n'
        "            return None\n",
        "        if previous and not self._late(airing).resume:\n            previous = None\n",
    ),
    Defect(
        "emergency-forgotten",
        "after a kill an emergency that seems too old by a clock in doubt is not decided later, but forgotten",
        "automation/requested.py",
        "            if not sure:\n                self._undecided[claim.airing] = claim, found\n                return\n",
        "            if not sure:\n                return\n",
    ),
    Defect(
        "standby-too-early",
        "a standby takes over after the time of a heartbeat, not after that of a dead process",
        "store/lease.py",
        "        return now - self._seen_at > self._stale\n",
        "        return now - self._seen_at > self._interval\n",
    ),
    Defect(
        "withdrawn-sounds-on",
        "withdrawn releases are looked for once a minute, not once a second",
        "automation/controller.py",
        "if self._clock.elapsed() - self._looked_at < self._clock.speed:",
        "if self._clock.elapsed() - self._looked_at < 60 * self._clock.speed:",
    ),
    Defect(
        "outcomes-told-once",
        "a player takes for told what it has sent",
        "fleet/player.py",
        "        self._sent = found[-1].seq, self.clock.elapsed()\n",
        "        self._sent = found[-1].seq, self.clock.elapsed()\n        self._acked = through\n",
        4,
    ),
    Defect(
        "any-signature",
        "a message that somebody else signed counts",
        "fleet/keys.py",
        "        if not is_signed(public, kind, text, signature):\n            raise",
        "        if not signature:\n            raise",
        4,
    ),
    Defect(
        "wrong-recording-kept",
        "what was fetched is kept without a look at its SHA-256",
        "fleet/fetching.py",
        "        if _sha256(part) != release.sha256:\n",
        "        if part.stat().st_size != release.size:\n",
        4,
    ),
    Defect(
        "forgotten-emergency",
        "a player that comes back is not told what is still valid",
        "fleet/office.py",
        "                for to, command in self._commands:\n                    if to == name:\n",
        "                for to, command in self._commands:\n                    if to == name and not state.nonce:\n",
        4,
    ),
    Defect(
        "older-plan",
        "a plan of before counts when somebody sends it again",
        "fleet/player.py",
        "        if self.plan and plan.number <= self.plan.number:\n",
        "        if self.plan and plan.number == self.plan.number:\n",
        4,
    ),
    Defect(
        "wrong-sign",
        "a player adds the seconds by which its clock is ahead",
        "fleet/clock.py",
        "        right = self._own.now() - datetime.timedelta(seconds=offset)\n",
        "        right = self._own.now() + datetime.timedelta(seconds=offset)\n",
        4,
    ),
    Defect(
        "one-for-all",
        "the outcome of one cluster counts for all that aired the same",
        "fleet/remote_log.py",
        "parts_of(self._store, airings) if row.output == player.name}\n",
        "parts_of(self._store, airings)}\n",
        4,
    ),
)
