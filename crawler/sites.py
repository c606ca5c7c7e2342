"""Whether a thing is there, where its own page does not say: who is asked, and what that tells.

Here and only here stands which link deserves a question beside it, and how its answer is read.
The sites stand in `data/sites.toml`; `probe` holds the conversation. A witness who does not
answer, or not as expected, has said nothing: the page's own word stands.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from crawler.model import Answer, Failure, Fetch, Request, Response, Says, Testimony
from crawler.tables import Meaning, PathsOfHosts, Witness, voids, witnesses
from crawler.text import clean
from crawler.urls import Target, Url, resolve

# What robots are turned away with, though people may be let in.
_REFUSALS: Final = frozenset({403, 405, 406, 409, 412, 417, 418, 421, 423, 428, 429})
_UNUSUAL: Final = 600
_HEADERS: Final = {"accept": "application/json"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of whom."""

    request: Request
    witness: Witness


def side_question(fetch: Fetch) -> Question | None:
    """Return what to ask about a link whose page has answered, if anybody can tell more of it.

    A link leads to such a site at its end or on its way: an identifier leads to a publisher.
    """
    refused = _refuses(fetch)
    if not (refused or _answers(fetch)):
        return None
    for url in (fetch.effective_url, *(hop.url for hop in reversed(fetch.hops))):
        for groups, witness in _known(witnesses(), url):
            if refused or not witness.only_if_refused:
                target = resolve(witness.ask.format_map(groups))
                if isinstance(target, Target):
                    return Question(Request(target.url, _HEADERS, aside=True), witness)
    return None


def read(question: Question, answer: Answer) -> Testimony:
    """Return what an answer means. Never raises."""
    witness, url = question.witness, question.request.url
    if isinstance(answer, Failure):
        return Testimony(Says.UNKNOWN, witness.name, witness.thing, url)
    data = _json(answer)
    says = next((each.says for each in witness.answers if _fits(each, answer, data)), Says.UNKNOWN)
    facts = _facts(witness, data) if says is Says.THERE else {}
    return Testimony(says, witness.name, witness.thing, url, facts)


def own_words(fetch: Fetch) -> Testimony | None:
    """Return what a page itself says between the lines: some sites have one for what is gone."""
    for _, void in _known(voids(), fetch.effective_url):
        if isinstance(fetch.outcome, Response) and _answers(fetch) and not fetch.outcome.truncated:
            body = fetch.outcome.body
            if void.lacks not in body and all(mark in body for mark in void.has):
                return Testimony(Says.GONE, void.name, void.thing, fetch.effective_url)
    return None


def _known(table: PathsOfHosts[T], url: Url) -> Iterator[tuple[Mapping[str, str], T]]:
    for pattern, entry in table.get(url.authority, ()):
        if match := pattern.fullmatch(url.target):
            yield match.groupdict(), entry


def _answers(fetch: Fetch) -> bool:
    outcome = fetch.outcome
    return isinstance(outcome, Response) and (fetch.unchanged or outcome.is_success)


def _refuses(fetch: Fetch) -> bool:
    outcome = fetch.outcome
    return isinstance(outcome, Response) and (
        outcome.status in _REFUSALS or outcome.status >= _UNUSUAL
    )


def _json(response: Response) -> object:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):  # none, cut short, nested without end
        return None


def _fits(meaning: Meaning, answer: Response, data: object) -> bool:
    if answer.status != meaning.status:
        return False
    return not meaning.field or _field(data, meaning.field) == meaning.value


def _field(data: Any, path: str) -> object:  # noqa: ANN401 - whatever a stranger's JSON holds
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _facts(witness: Witness, data: object) -> Mapping[str, str]:
    facts = {}
    for name, path in witness.facts.items():
        value = _field(data, path)
        if isinstance(value, str) and (text := clean(value)):
            facts[name] = text
    return {**facts, "title_source": witness.source} if "title" in facts else facts
