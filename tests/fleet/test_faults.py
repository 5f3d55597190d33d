"""Five players, and everything that breaks: whatever is killed, cut or forged, each cluster has one outcome, the true one."""

import datetime
import signal
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from loa.fleet.keys import Key
from loa.fleet.messages import Plan, Topics
from loa.schedule import UTC
from loa.store import requests
from loa.store.proof import verify
from loa.store.requests import AirRequest, EndRequest
from tests.local import wait_for

from .conftest import Fleet

pytestmark = pytest.mark.long
NAMES = ("p1", "p2", "p3", "p4", "p5")


def in_seconds(fleet: Fleet, seconds: float) -> float:
    """That moment from now on, counted as the fleet does."""
    return (datetime.datetime.now(UTC) - fleet.begin).total_seconds() // 1 + seconds


def everybody_has(fleet: Fleet, plan_after: int) -> bool:
    """Whether every player has a newer plan than `plan_after`, and all its recordings."""
    states = [one["state"] for one in fleet.register().values() if not one["revoked"]]
    return all(s and s["plan"] > plan_after and not s["waiting"] for s in states)  # type: ignore[index]


def newest_plan(fleet: Fleet) -> int:
    return max(int(one["state"]["plan"]) for one in fleet.register().values() if one["state"])  # type: ignore[index]


def forge(fleet: Fleet, name: str) -> None:
    """Whoever holds the broker sends a plan of his own, and one that the station signed for somebody else."""
    key = Key.of(fleet.station.fleet / "station.key")
    ids = {one["player"]: str(one["id"]) for one in fleet.register().values()}
    topic, other = Topics(key.id, ids[name]).plan, Topics(key.id, ids["p5"]).plan
    bare = Plan(number=10**12, issued=datetime.datetime.now(UTC), name=name, timezone="UTC", revoked=True)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="hijacker")
    client.username_pw_set("station", key.password("station"))
    client.connect("127.0.0.1", fleet.broker_port)
    client.loop_start()
    for raw in (
        Key.of(fleet.root / "stranger").sign(topic, bare.model_dump(mode="json")),
        key.sign(other, bare.model_dump(mode="json")),
    ):
        client.publish(topic, raw, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_whatever_breaks_each_cluster_has_one_true_outcome(fleet: Fleet) -> None:
    players = dict.fromkeys(NAMES, "")
    first = fleet.plan(3600, players=players)
    station = fleet.run("xa")
    fleet.serves()
    fleet.environment["p3"] = {
        "LD_PRELOAD": str(next(Path("/usr/lib").rglob("libfaketimeMT.so.1"))),
        "FAKETIME": "+3600",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    running = {}
    for name in NAMES:
        fleet.join(name)
        running[name] = fleet.run(name)
    wait_for(lambda: everybody_has(fleet, 0), 90)
    assert abs(float(fleet.register()["p3"]["state"]["offset"]) - 3600) < 1  # type: ignore[index]
    # a plan with two airings; the broker dies in the first one, and the station after it
    plan = newest_plan(fleet)
    start = in_seconds(fleet, 25)
    a, b = fleet.plan(start, start + 20, players=players)
    wait_for(lambda: everybody_has(fleet, plan), 24)
    forge(fleet, "p4")
    moment = fleet.begin + datetime.timedelta(seconds=start)
    wait_for(lambda: datetime.datetime.now(UTC) > moment + datetime.timedelta(seconds=0.5), 40)
    psutil.Process(int((fleet.station.fleet / "broker" / "mosquitto.pid").read_text("ascii"))).kill()
    wait_for(lambda: "" in fleet.outcomes(a), 90)
    assert {row.outcome for row in fleet.outcomes(a).values()} == {"aired"}
    started = [row.started for row in fleet.outcomes(a).values() if row.started]
    assert max(started) - min(started) < datetime.timedelta(seconds=0.3)
    station.send_signal(signal.SIGKILL)
    wait_for(lambda: datetime.datetime.now(UTC) > moment + datetime.timedelta(seconds=20.7), 40)
    running["p1"].send_signal(signal.SIGKILL)  # in the middle of the second one
    running["p1"].wait()
    running["p1"] = fleet.run("p1")
    time.sleep(3)
    assert fleet.outcomes(b) == {}
    station = fleet.run("xa")
    wait_for(lambda: "" in fleet.outcomes(b), 90)
    found = {name: row.outcome for name, row in fleet.outcomes(b).items()}
    assert found.pop("p1") in {"resumed", "aired-late"}
    assert found == {"": "aired", "p2": "aired", "p3": "aired", "p4": "aired", "p5": "aired"}
    # one is revoked; an emergency reaches the others
    fleet.at_station("player", "revoke", "p2", "--by", "Hoa")
    wait_for(lambda: "tin" not in (fleet.player("p2").schedule_file).read_text("utf-8"), 60)
    heard = {name: len(fleet.heard(name)) for name in NAMES}
    fleet.at_station("air", "tin", "--on", "p2", "--on", "p3", "--on", "p5", "--now", "--by", "Hoa", check=False)
    wait_for(lambda: all(len(fleet.heard(name)) == heard[name] + 1 for name in ("p3", "p5")), 60)
    assert [len(fleet.heard(name)) - heard[name] for name in ("p1", "p2", "p4")] == [0, 0, 0]
    # the logs hold
    assert verify(fleet.store, fleet.station.seal) == []
    assert fleet.outcomes(first[0]) == {}


def test_what_no_longer_counts_falls_silent_on_players_also_after_a_kill(fleet: Fleet) -> None:
    """The station is killed after it was asked to end it; at its next start the player hears of that."""
    fleet.plan(3600, players={"p1": ""})
    station = fleet.run("xa")
    fleet.serves()
    fleet.join("p1")
    fleet.run("p1")
    wait_for(lambda: everybody_has(fleet, 0), 90)
    values = {"airing": "khan", "bulletin": "ben-hai/tin", "outputs": ["p1"], "now": True, "times": 20, "pause": "2s"}
    requests.ask(fleet.store, requests.make_request(AirRequest, values), datetime.datetime.now(UTC))
    wait_for(lambda: fleet.heard("p1"), 60)
    station.send_signal(signal.SIGKILL)
    station.wait()
    ends = {"airings": ["khan"], "why": "taken back"}
    requests.ask(fleet.store, requests.make_request(EndRequest, ends), datetime.datetime.now(UTC))
    fleet.run("xa")
    wait_for(lambda: "p1" in fleet.outcomes("khan"), 60)
    row = fleet.outcomes("khan")["p1"]
    assert row.outcome == "cut"
    assert "taken back" in (row.reason or "")
