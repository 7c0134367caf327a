"""Achievements and demands; most demands have an answer among the achievements, some have none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from . import texts, words
from .calendar import month_end
from .dice import dice as dice_of
from .shapes import Firm, Offer, Party, Want
from .topics import TOPICS

OFFERS, WANTS = 1500, 300
_MODES = ("licence", "transfer", "development", "service", "equity")
_WAN = 1_000_000  # fen in ten thousand yuan
_WAITING = {3: "submitted", 8: "checked", 12: "submitted", 17: "checked", 21: "submitted"}
_ANSWERED = 0.78  # of demands are about a fault that some result has solved


def _modes(dice: Random) -> tuple[str, ...]:
    return tuple(sorted(dice.sample(_MODES, dice.choice((1, 2, 2, 3)))))


Choices = Sequence[tuple[str, date]]  # credit codes with the days from which they are there


def owners(parties: Sequence[Party], firms: Sequence[Firm]) -> Mapping[int, list[tuple[str, date]]]:
    """Who works on a topic: each university on a few, institutes on theirs, firms on their own."""
    known = [p.code for p in parties if p.kind in ("university", "institute")]
    found = {
        place: [(known[(place * 3 + turn * 7) % len(known)], date.min) for turn in range(3)]
        for place in range(len(TOPICS))
    }
    for firm in firms:
        if firm.rank % 2 == 0:
            found[firm.party.topic].append((firm.party.code, firm.founded_on))
    return found


def there(choices: Choices, day: date, dice: Random) -> str:
    """One of those that are there on a day; the first of them is there from the beginning."""
    for _ in range(20):
        code, since = dice.choice(choices)
        if since < day:
            return code
    return choices[0][0]


def _owner(place: int, held: Mapping[int, Choices], day: date, dice: Random) -> str:
    """Mostly one of the researchers, who stand in front."""
    known = held[place]
    return there(known[:3] if dice.random() < 0.7 else known, day, dice)


def offers(
    held: Mapping[int, Choices], first: int, today: date, scale: int, seed: int
) -> Iterator[Offer]:
    """Achievements in the order of their days; no two of one topic, thing and fault go the same
    way while there are ways left.
    """
    count = OFFERS * scale
    start = date(first, 1, 6)
    for number in range(count):
        place = (number * 23 + number // len(TOPICS)) % len(TOPICS)
        turn = number // len(TOPICS)
        topic = TOPICS[place]
        thing, fault = turn % 3, turn // 3 % 4
        way = topic.ways[(turn // 12 + place) % len(topic.ways)]
        say, dice = dice_of(seed, f"offer text {number}"), dice_of(seed, f"offer {number}")
        about = (topic, topic.things[thing], topic.faults[fault], way, say)
        trl = dice.choice((3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 9))
        day = start + (today - timedelta(days=2) - start) * number // count
        state = _state(number, count)
        yield Offer(
            f"YL-CG-{number + 1:06d}",
            texts.offer_title(*about),
            texts.offer_summary(*about),
            (topic.name, topic.things[thing], way, topic.faults[fault].figure),
            topic.field,
            trl,
            _modes(dice),
            dice.choice((None, 20, 35, 60, 90, 150, 260, 480)) and dice.randrange(12, 520) * _WAN,
            _owner(place, held, day, dice),
            tuple(dict.fromkeys(words.person(dice) for _ in range(dice.randrange(2, 5)))),
            tuple(words.patent(day.year - 1, dice) for _ in range(dice.choice((0, 1, 1, 2, 3)))),
            day,
            state,
            place,
            thing,
            fault,
        )


def _state(number: int, count: int) -> str:
    """The last ones wait for a colleague; some older ones rest or are over."""
    back = count - number
    if back <= 24:
        return _WAITING.get(back, "published")
    if number % 61 == 17:
        return "closed"
    return "paused" if number % 97 == 40 else "published"


def wants(
    firms: Sequence[Firm], known: Sequence[Offer], first: int, today: date, scale: int, seed: int
) -> Iterator[Want]:
    """Demands in the order of their days, each of a firm of the trade."""
    count = WANTS * scale
    by_topic: dict[int, list[tuple[str, date]]] = {}
    for firm in firms:
        by_topic.setdefault(firm.party.topic, []).append((firm.party.code, firm.founded_on))
    solved: dict[tuple[int, int, int], list[Offer]] = {}
    for offer in known:
        solved.setdefault((offer.topic, offer.thing, offer.fault), []).append(offer)
    start = date(first + 1, 1, 8)
    for number in range(count):
        place = (number * 17 + 5) % len(TOPICS)
        say, dice = dice_of(seed, f"want text {number}"), dice_of(seed, f"want {number}")
        topic, thing = TOPICS[place], say.randrange(3)
        fault = say.randrange(4) if say.random() < _ANSWERED else 4
        day = start + (today - timedelta(days=2) - start) * number // count
        state = _want_state(number, count)
        owner = there(by_topic.get(place) or by_topic[firms[0].party.topic], day, dice)
        answers = (o for o in solved.get((place, thing, fault), ()) if o.state == "published")
        yield Want(
            f"YL-XQ-{number + 1:06d}",
            texts.want_title(topic, topic.things[thing], topic.faults[fault], say),
            texts.want_problem(topic, topic.things[thing], topic.faults[fault], say),
            texts.want_goal(topic.faults[fault], say),
            texts.want_tried(topic, say),
            (topic.name, topic.things[thing], topic.faults[fault].name),
            topic.field,
            dice.choice((5, 6, 6, 7, 7, 8)),
            _modes(dice),
            dice.choice((None, 1, 1, 1, 1)) and dice.randrange(20, 400) * _WAN,
            month_end(day.year + 1, dice.randrange(1, 13)),
            dice.choice(("open", "open", "open", "nameless", "brokers")),
            owner,
            day,
            state,
            tuple(o.number for o in answers),
        )


def _want_state(number: int, count: int) -> str:
    """Older ones are mostly over; the last wait for a colleague."""
    back = count - number
    if back <= 24:
        return _WAITING.get(back + 1, "published")
    if number < count * 0.55:
        return "paused" if number % 29 == 3 else "closed"
    return "paused" if number % 31 == 7 else "published"
