"""Raw throughput: pages that answer at once, on many hosts, over http or https.

https is verified by both programs: a certificate authority of the benchmark's own signs for every
address, crawl trusts it by `--cacert`, lychee by `SSL_CERT_FILE`. Each host is another connection
and a whole handshake.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from bench import table
from bench.programs import Program
from bench.rounds import in_turns
from bench.servers import document, nginx
from bench.simulated import address
from bench.timing import Run, timed

NAMES = 10  # hosts that share a certificate: about what is common


def measure(programs: Sequence[Program], number: int, hosts: int, *, rounds: int) -> None:
    """Measure http."""
    table.title(f"Raw http: {number} links, {hosts} hosts")
    with TemporaryDirectory() as name, nginx(Path(name)) as site:
        path = document(Path(name) / "links.md", _urls("http", number, hosts, site.port))
        runs = in_turns(programs, rounds, lambda program: _timed(program, path), warm=True)
    table.costs(runs, number)
    table.walls(runs, aim=2.5)


def measure_secure(
    programs: Sequence[Program], number: int, hosts: int, *, rounds: int, authority: "Authority"
) -> None:
    """Measure https."""
    table.title(f"Raw https: {number} links, {hosts} hosts, certificates verified")
    with TemporaryDirectory() as name:
        servers = authority.servers(hosts, Path(name))
        with nginx(Path(name), servers=servers) as site:
            path = document(Path(name) / "links.md", _urls("https", number, hosts, site.port))
            runs = in_turns(programs, rounds, lambda program: _timed(program, path), warm=True)
    table.costs(runs, number)
    table.walls(runs, aim=1.2)
    table.figure("crawl: CPU ms a link", [run.cpu * 1000 / number for run in runs["crawl"]], 1.5)


class Authority:
    """A certificate authority that signs for loopback addresses."""

    def __init__(self, directory: Path) -> None:
        self._authority = trustme.CA()
        self.path = directory / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.path))

    def servers(self, hosts: int, directory: Path) -> str:
        """Return nginx's words for one server for each host, with its certificate."""
        servers = []
        for first in range(0, hosts, NAMES):
            names = [address(index) for index in range(first, min(first + NAMES, hosts))]
            path = directory / f"{first}.pem"
            signed = self._authority.issue_cert(*names)
            signed.private_key_and_cert_chain_pem.write_to_path(str(path))
            tls = f"ssl_certificate {path}; ssl_certificate_key {path};"
            servers += [f"server {{ listen {name}:PORT ssl; {tls} PAGES }}" for name in names]
        return "\n".join(servers)


def _urls(scheme: str, number: int, hosts: int, port: int) -> list[str]:
    """Every host has its share of the links, taken in turn."""
    return [f"{scheme}://{address(index % hosts)}:{port}/{index}" for index in range(number)]


def _timed(program: Program, path: Path) -> Run:
    command = [*program.command, str(path)]
    run = timed(command, path.parent, environment=program.environment)
    if run.code != 0:
        raise SystemExit(f"{program.name} reports what is not broken: {' '.join(command)}")
    return run
