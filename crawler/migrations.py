"""The history's schema, as the steps that lead to it. A step that has been released never changes.

Made for people with a database browser too: foreign keys are declared, one UNIQUE text names each
row, times are ISO 8601 in UTC, lists are JSON, and views answer the usual questions.
"""

from typing import Final

from sqlite_utils import Database, Migrations

migrations: Final = Migrations("crawl")

_FACTS: Final = {
    "content_type": str, "title": str, "title_source": str, "language": str,
    "language_source": str, "description": str, "canonical_url": str, "site": str, "author": str,
    "published": str, "modified": str, "image": str, "type": str, "licence": str,
    "language_declared": str, "language_detected": str, "archived": str, "titles": str,
    "feeds": str,
}  # fmt: skip
_LOOK: Final = {
    "outcome": str, "reason": str, "confidence": str, "detail": str, "status": int,
    "final_url": str,
}  # fmt: skip


@migrations()
def m001_history(db: Database) -> None:
    """Create runs, documents, links, occurrences, observations, hops and the views on them."""
    _runs(db)
    _links(db)
    _observations(db)
    db.table("links").add_foreign_key("observation_id", "observations", "id")
    for name, query in _VIEWS.items():
        db.create_view(name, query)


@migrations()
def m002_health(db: Database) -> None:
    """Let links be flaky and drifted: by how they fared of late, and what their pages were like."""
    for table in ("links", "observations"):
        db.table(table).add_column("content", str)
    for name in ("trail", "known", "drift_since"):
        db.table("links").add_column(name, str)
    db.table("links").add_column("drift_looks", int)
    db.table("acceptances").create(
        {"id": int, "link_id": int, "at": str},
        pk="id", foreign_keys=[("link_id", "links", "id")], not_null={"link_id", "at"}, strict=True,
    )  # fmt: skip
    db.table("acceptances").create_index(["link_id", "at"], unique=True)


@migrations()
def m003_archived_copies(db: Database) -> None:
    """Create what archives said of copies of links; it goes with the link that it is about."""
    db.execute("""
        create table archived_copies (
            id integer primary key,
            link_id integer not null references links(id) on delete cascade,
            errand text not null,
            wanted_at text not null,
            basis text not null,
            asked_at text not null,
            came text not null,
            copy_url text,
            copy_at text
        ) strict
    """)
    db.table("archived_copies").create_index(["link_id", "errand"], unique=True)


@migrations()
def m004_documents_of_runs(db: Database) -> None:
    """Say in which run each document was last read; of those before, that was the last one.

    The indexes are for those who delete: SQLite looks for whoever refers to each row that goes.
    """
    db.execute("alter table documents add column run_id integer references runs(id)")
    db.execute(
        "update documents set run_id = "
        "(select id from runs where finished_at is not null order by id desc limit 1)"
    )
    db.table("documents").create_index(["run_id"])
    db.table("links").create_index(["observation_id"])


def _runs(db: Database) -> None:
    db.table("runs").create(
        {"id": int, "name": str, "tool": str, "settings": str, "started_at": str,
         "finished_at": str, "complete": int, "network": str, "counts": str,
         "ignores": str},
        pk="id", not_null={"name", "tool", "settings", "started_at", "complete"}, strict=True,
    )  # fmt: skip
    db.table("runs").create_index(["name"], unique=True)


def _links(db: Database) -> None:
    db.table("documents").create(
        {"id": int, "name": str, "format": str, "source": str},
        pk="id", not_null={"name", "format", "source"}, strict=True,
    )  # fmt: skip
    db.table("documents").create_index(["name"], unique=True)
    db.table("links").create(
        {"id": int, "url": str, "host": str, "health": str, "since": str, "checked_at": str,
         "last_ok_at": str, "failing_since": str, "bad_looks": int, "broken_since": str,
         "broken_looks": int, "observation_id": int,
         **_LOOK, **_FACTS},
        pk="id", not_null={"url", "host"}, strict=True,
    )  # fmt: skip
    db.table("links").create_index(["url"], unique=True)
    db.table("links").create_index(["host"])
    db.table("links").create_index(["health"])
    db.table("occurrences").create(
        {"id": int, "place": str, "document_id": int, "link_id": int, "line": int, "column": int,
         "end_line": int, "end_column": int, "raw": str, "href": str, "text": str, "kind": str,
         "section": str, "fragment": str, "unasked": str, "unasked_detail": str,
         "path": str, "ignored": str},
        pk="id",
        foreign_keys=[("document_id", "documents", "id"), ("link_id", "links", "id")],
        not_null={"place", "document_id", "line", "column", "raw", "kind"}, strict=True,
    )  # fmt: skip
    db.table("occurrences").create_index(["place"], unique=True)
    db.table("occurrences").create_index(["document_id"])
    db.table("occurrences").create_index(["link_id"])


def _observations(db: Database) -> None:
    db.table("observations").create(
        {"id": int, "run_id": int, "link_id": int, "at": str, **_LOOK, **_FACTS,
         "attempts": int, "elapsed_ms": int, "http_stack": str, "findings": str,
         "etag": str, "last_modified": str, "read_at": str, "missing_fragments": str},
        pk="id",
        foreign_keys=[("run_id", "runs", "id"), ("link_id", "links", "id")],
        not_null={"run_id", "link_id", "at", "outcome", "reason", "findings"}, strict=True,
    )  # fmt: skip
    db.table("observations").create_index(["run_id", "link_id"], unique=True)
    db.table("observations").create_index(["link_id", "at"])
    db.table("hops").create(
        {"id": int, "observation_id": int, "position": int, "url": str, "status": int, "via": str},
        pk="id", foreign_keys=[("observation_id", "observations", "id")],
        not_null={"observation_id", "position", "url", "via"}, strict=True,
    )  # fmt: skip
    db.table("hops").create_index(["observation_id", "position"], unique=True)


@migrations()
def m005_fragments(db: Database) -> None:
    """Keep what each look has looked for on its page; of earlier ones nobody knows."""
    db.table("observations").add_column("fragments", str)


@migrations()
def m006_annals(db: Database) -> None:
    """Keep what each run told, and how many links of each health there were when it had ended.

    Of earlier runs nobody knows. What was told of a link goes with it.
    """
    db.table("runs").add_column("healths", str)
    db.execute("""
        create table transitions (
            id integer primary key,
            run_id integer not null references runs(id),
            position integer not null,
            link_id integer references links(id) on delete cascade,
            kind text not null,
            at text not null,
            sentence text not null,
            before text,
            after text not null,
            code text not null,
            since text,
            history text not null,
            replacement text,
            ignores text
        ) strict
    """)
    db.table("transitions").create_index(["run_id", "position"], unique=True)
    db.table("transitions").create_index(["link_id"])


@migrations()
def m007_repairs(db: Database) -> None:
    """Keep what was written into documents: of whom, when, from what to what.

    Documents are called by their names, for they may be forgotten, and what was done to them not.
    """
    db.execute("""
        create table repairs (
            id integer primary key,
            name text not null,
            position integer not null,
            at text not null,
            who text not null,
            document text not null,
            line integer not null,
            "column" integer not null,
            before text not null,
            after text not null,
            repair text not null,
            why text not null,
            undoes text
        ) strict
    """)
    db.table("repairs").create_index(["name", "position"], unique=True)
    db.table("repairs").create_index(["at"])


# Only finished runs count: a run that was killed is no history.
_VIEWS: Final = {
    "broken_links": """
        select links.url, documents.name as document, occurrences.line, occurrences."column",
               occurrences.text, links.reason, links.detail, links.failing_since, links.last_ok_at,
               links.bad_looks, links.checked_at
        from links
        join occurrences on occurrences.link_id = links.id
        join documents on documents.id = occurrences.document_id
        where links.health = 'broken' and occurrences.ignored is null
        order by documents.name, occurrences.line, occurrences."column"
    """,
    "changes": """
        with looks as (
            select observations.link_id, observations.at, observations.outcome,
                   observations.reason, observations.final_url,
                   lag(observations.outcome) over trail as outcome_before,
                   lag(observations.reason) over trail as reason_before,
                   lag(observations.final_url) over trail as final_url_before
            from observations
            join runs on runs.id = observations.run_id
            where runs.finished_at is not null
            window trail as (
                partition by observations.link_id order by observations.at, observations.id
            )
        )
        select links.url, looks.at, looks.outcome_before, looks.reason_before, looks.outcome,
               looks.reason, looks.final_url_before, looks.final_url
        from looks
        join links on links.id = looks.link_id
        where looks.outcome_before is not null
          and (looks.outcome is not looks.outcome_before
               or looks.reason is not looks.reason_before
               or looks.final_url is not looks.final_url_before)
        order by looks.at desc
    """,
    "link_health": """
        select links.url, links.host, links.health, links.since, links.outcome, links.reason,
               links.title, links.language, links.checked_at, links.last_ok_at,
               links.failing_since, links.bad_looks,
               (select count(*) from observations
                join runs on runs.id = observations.run_id
                where observations.link_id = links.id and runs.finished_at is not null) as looks,
               (select count(*) from occurrences
                where occurrences.link_id = links.id) as places
        from links
        where links.observation_id is not null
           or exists (select 1 from occurrences where occurrences.link_id = links.id)
    """,
}
