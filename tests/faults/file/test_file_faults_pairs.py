"""Results that are not the patient's, lie there already, or come in another order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.messages import Result
from filemeeting import IMPATIENT, Counter, answers, eventually, is_message, names, run

WRONG_PAIR = "別の照会への結果"


# ---------------------------------------------------------- duplicate_name
def test_a_copy_beside_it(counter: Counter) -> None:
    counter.inject("file.duplicate_name")
    path = counter.hand_in()
    copy = path.with_name(path.stem + " (1).xml")
    counter.saw(("MOVED_TO", copy), ("MOVED_TO", path))
    assert run("cmp", str(copy), str(path)).returncode == 0
    assert counter.is_theirs(counter.ask())
    counter.idle()
    counter.desk.injections.clear()
    assert counter.left() == [f"res/{path.name}"]


def test_the_same_name_in_other_letters(counter: Counter) -> None:
    counter.inject("file.duplicate_name", style="case", seconds=0)
    path = counter.hand_in()
    eventually(path.exists)
    found = run("find", str(counter.res), "-iname", path.name).stdout.split()
    assert sorted(found) == sorted([str(path), str(path.with_name(path.name.swapcase()))])
    assert counter.is_theirs(counter.ask())


def test_a_name_that_is_used_again(counter: Counter) -> None:
    counter.inject("file.duplicate_name", style="reused", seconds=4)
    path = counter.hand_in()
    old = eventually(lambda: answers(path))
    assert old.identifier not in path.name
    assert not counter.is_theirs(old)
    assert eventually(lambda: (new := answers(path)) and new.identifier in path.name and new)
    with pytest.raises(SystemTrouble, match=WRONG_PAIR):
        counter.ask()


# --------------------------------------------------------- same_identifier
def test_one_identifier_for_two_people(counter: Counter) -> None:
    counter.inject("file.same_identifier", seconds=4)
    path = counter.hand_in()
    second = path.with_name(path.stem + "_2.xml")
    other = eventually(lambda: answers(second))
    mine = answers(path)
    assert mine
    assert other.identifier == mine.identifier
    assert (counter.is_theirs(mine), counter.is_theirs(other)) == (True, False)
    assert counter.is_theirs(counter.ask())
    assert counter.is_theirs(counter.at_the_face_reader())


def test_the_other_one_first(counter: Counter) -> None:
    """The exchange cannot tell: it is comparing the person that must."""
    counter.inject("file.same_identifier", other_first=True)
    assert not counter.is_theirs(counter.ask())


# ------------------------------------------------------------ out_of_order
def test_the_second_comes_first(counter: Counter) -> None:
    counter.inject("file.out_of_order", seconds=80)
    first = counter.hand_in()
    eventually(lambda: counter.journalled("answer"))
    second = counter.hand_in()
    counter.saw(("MOVED_TO", second), ("MOVED_TO", first))
    assert answers(first)
    done = eventually(lambda: len(d := counter.journalled("file")) == 2 and d)
    assert [e.get("t", 0) for e in done] == [0, 0]


def test_two_clinics_have_their_own_answers(counter: Counter) -> None:
    counter.inject("file.out_of_order", seconds=80)
    seen: list[Result] = []
    clients = [threading.Thread(target=lambda: seen.append(counter.ask())) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(10)
    assert [counter.is_theirs(result) for result in seen] == [True] * 4
    assert len({result.identifier for result in seen}) == 4


def test_the_only_one_is_late(counter: Counter) -> None:
    counter.inject("file.out_of_order", seconds=10)
    path = counter.hand_in()
    eventually(lambda: counter.journalled("answer"))
    assert not path.exists()
    assert eventually(lambda: answers(path))
    assert [e["t"] for e in eventually(lambda: counter.journalled("file"))] == [10]


# -------------------------------------------------------- other_identifier
def test_the_answer_to_somebody_elses_request(counter: Counter) -> None:
    counter.inject("file.other_identifier")
    path = counter.hand_in()
    found = eventually(lambda: answers(path))
    assert found.validity == "1"
    assert found.identifier not in path.name
    assert not counter.is_theirs(found)
    echo = run("xmllint", "--xpath", "string(//QualificationConfirmSearchInfo//"
               "InsuredIdentificationNumber)", str(path)).stdout.strip()  # fmt: skip
    assert echo == found.records[0].number, "it is a whole exchange of somebody else's"
    with pytest.raises(SystemTrouble, match=WRONG_PAIR):
        counter.ask()


def test_the_right_one_follows(counter: Counter) -> None:
    counter.inject("file.other_identifier", seconds=4)
    path = counter.hand_in()
    assert not counter.is_theirs(eventually(lambda: answers(path)))
    eventually(lambda: (found := answers(path)) and counter.is_theirs(found))


def test_somebody_elses_face(counter: Counter) -> None:
    counter.inject("file.other_identifier")
    assert not counter.is_theirs(counter.at_the_face_reader())


def test_other_kinds_have_another_identifier(counter: Counter) -> None:
    from onshi.seams import Delivery

    counter.inject("file.other_identifier", {"match": "muquc02"})
    head = b"<ArbitraryFileIdentifier>%s</ArbitraryFileIdentifier>"
    bulk = Delivery(where="res", name="OQSmuquc02res_1.xml", kind="muquc02",
                    identifier="mine", content=head % b"mine")  # fmt: skip
    (step,) = counter.desk.board.deliver(bulk)
    assert step.content != bulk.content
    assert len(step.content) == len(head % b"12345678")
    assert counter.is_theirs(counter.ask())


# --------------------------------------------------------------- left_over
def test_yesterdays_results_lie_there(counter: Counter) -> None:
    counter.inject("file.left_over")
    old = counter.left()
    assert len(old) == 10
    assert all("_20251019" in n for n in old if n.startswith("res/"))
    found = [is_message((counter.root / n).read_bytes()) for n in old]
    assert all(r and r.validity == "1" and not counter.is_theirs(r) for r in found)
    assert len({r.records[0].number for r in found if r}) == 5
    aged = run("find", str(counter.res), str(counter.face), "-name", "*.xml", "-mmin", "+1438")
    assert len(aged.stdout.split()) == 10
    assert counter.is_theirs(counter.ask())
    assert counter.is_theirs(counter.at_the_face_reader())
    assert counter.left() == old
    counter.desk.injections.clear()
    assert counter.left() == []


def test_they_lie_there_when_the_folder_opens_later(open_desk: Callable[..., Counter]) -> None:
    counter = open_desk(doors=())
    counter.inject("file.left_over", count=2)
    assert counter.left() == []
    counter.desk.open("folder")
    assert len(counter.left()) == 4
    counter.desk.close()
    assert counter.left() == []


def test_the_same_seed_leaves_the_same(open_desk: Callable[..., Counter]) -> None:
    seen = []
    for seed in (1, 1, 2):
        counter = open_desk(seed=seed)
        counter.inject("file.left_over", days=3)
        seen.append([(n, (counter.root / n).read_bytes()) for n in counter.left()])
        counter.desk.close()
    assert seen[0] == seen[1] != seen[2]


def test_what_a_program_has_changed_is_its_own(counter: Counter) -> None:
    counter.inject("file.left_over", count=2)
    first, second = names(counter.res)
    run("mv", str(counter.res / first), str(counter.res / "kept.xml"))
    (counter.res / second).write_text("mine")
    counter.desk.injections.clear()
    assert counter.left() == [f"res/{second}", "res/kept.xml"]


def test_shift_jis(open_desk: Callable[..., Counter]) -> None:
    from onshi.scene import Site

    counter = open_desk(site=Site(encoding="cp932"))
    counter.inject("file.left_over", count=1)
    for name in counter.left():
        content = (counter.root / name).read_bytes()
        assert b'encoding="Shift_JIS"' in content
        found = is_message(content)
        assert found
        assert "�" not in found.records[0].name
    counter.inject("file.other_identifier")
    with pytest.raises(SystemTrouble, match=WRONG_PAIR):
        counter.ask()


# ------------------------------------------------------------------- crowd
def test_a_crowd(counter: Counter) -> None:
    run_ = counter.inject("file.crowd", count=300)
    listed = run("ls", "-U", str(counter.res)).stdout.split()
    assert len(listed) == 300
    assert len({name[:22] for name in listed}) == 60, "of sixty days"
    (laid,) = counter.journalled("laid")
    assert laid["steps"] == 300
    assert counter.is_theirs(counter.ask())
    counter.desk.board.remove(run_)
    assert counter.left() == []


# ------------------------------------------------------- at the face reader
def test_a_face_file_that_never_comes_whole(counter: Counter) -> None:
    for fault, settings in (
        ("file.empty", {}),
        ("file.partial", {"seconds": 0}),
        ("file.short_lived", {}),
        ("file.zip", {}),
        ("file.never", {}),
    ):
        counter.inject(fault, **settings)
        with pytest.raises(DeviceTrouble):
            counter.at_the_face_reader(IMPATIENT)
        counter.desk.injections.clear()
        assert counter.left() == []
    assert counter.is_theirs(counter.at_the_face_reader())
