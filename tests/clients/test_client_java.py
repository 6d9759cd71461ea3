"""Java 17 with javax.smartcardio: reads, verifies, signs, checks, waits for the card to go."""

from __future__ import annotations

from pathlib import Path

from client_room import PATIENCE, Room

from onshi.platforms import java_option

PROGRAM = Path(__file__).parent / "programs" / "Sign.java"


def test_java_signs_and_checks_the_signature(room: Room) -> None:
    option = java_option()
    assert option is not None
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
    with room.watch("java", *quick, option, str(PROGRAM)) as java:
        java.wait_for("disconnected")
        room.desk.remove_card()
        java.wait_for("absent")
        assert java.process.wait(PATIENCE) == 0
    assert java.lines == [
        "select 9000",
        "wrong 63C2",
        "right 9000",
        "sign 9000 256",
        "verified true",
        "extended 9000 true",
        "disconnected",
        "absent true",
    ]
    assert room.desk.card.tries("auth") == 3
