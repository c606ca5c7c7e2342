"""Does a link to a page end at a front page? Then the page itself may be gone."""

from collections.abc import Iterator

from crawler.model import Evidence, Finding, Outcome, Says, Severity, Verdict
from crawler.paths import is_entrance, is_home, is_login
from crawler.shortening import only_leads
from crawler.tables import registrable_domain


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Warn of deep links that lead home, at their own site (`sent-home`) or another's.

    To lead anywhere is a shortener's and a wrapper's business, and after a login people are home.
    Of what a witness knows to be there the page only does not show it to us.
    """
    old, new = evidence.link.url, evidence.fetch.effective_url
    if verdict.outcome is not Outcome.REDIRECTED or not is_home(new) or is_entrance(old):
        return
    told = evidence.fetch.testimony
    if told and told.says is Says.THERE:
        return
    if "?" in new.target or is_login(old) or only_leads(evidence.fetch):
        return
    if registrable_domain(old.host) == registrable_domain(new.host):
        message = "A deep link that leads to the front page: the page itself may be gone."
        yield Finding("sent-home", Severity.WARNING, message)
    else:
        message = f"A deep link that leads to the front page of {new.host}: the site may be gone."
        yield Finding("site-moved", Severity.WARNING, message)
