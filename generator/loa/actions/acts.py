"""The acts by name. Who may do what is decided for an act, never for the page or address by which somebody comes."""

from enum import StrEnum


class Act(StrEnum):
    """What somebody does at the station; the names stay as they are."""

    PLAY = "play"
    STOP = "stop"
    WRITE_EMERGENCY = "write-emergency"
    RELEASE_EMERGENCY = "release-emergency"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    SEND_BACK = "send-back"
    SELF_TEST = "self-test"
    CLEAR_ALARMS = "clear-alarms"
    CONFIRM_CLOCK = "confirm-clock"
    SET_VOLUME = "set-volume"
    LEAVE_OUT_AIRING = "leave-out-airing"
    PUT_BACK_AIRING = "put-back-airing"
    ADD_AIRING = "add-airing"
    MOVE_AIRING = "move-airing"
    UNDO_SCHEDULE = "undo-schedule"
