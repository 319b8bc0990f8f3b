"""Makes a certificate authority and server certificates with the openssl command; knows nothing of what serves them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

LONG_AGO = ("20200101000000Z", "20200201000000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A server certificate, its key and the authority that signed it, as PEM files."""

    ca: Path
    cert: Path
    key: Path


def make_certificate(
    folder: Path, *, host: str = "127.0.0.1", expired: bool = False, name: str = "server", ca: Path | None = None
) -> Certificate:
    """A certificate for `host` signed by an authority of its own in `folder`; `expired`: its time ended in 2020.

    Another `name` in the same folder shares the authority: clients trust the other certificate alike.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ca = ca or folder / "ca.pem"
    if not ca.exists():
        _make_authority(folder, ca)
    key, request, cert = (folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
    _openssl("req", "-new", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={host}")
    extensions = folder / f"{name}.ext"
    kind = "IP" if host.replace(".", "").isdigit() else "DNS"
    extensions.write_text(f"subjectAltName={kind}:{host}\nextendedKeyUsage=serverAuth\n")
    _sign(folder, ca=ca, request=request, cert=cert, extensions=extensions, expired=expired)
    return Certificate(ca=ca, cert=cert, key=key)


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _make_authority(folder: Path, ca: Path) -> None:
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl(
        "req",
        "-x509",
        *_NEW_KEY,
        "-keyout",
        folder / "ca.key",
        "-out",
        ca,
        "-subj",
        "/CN=Test CA",
        "-days",
        "30",
        *usage,
    )


def _sign(folder: Path, *, ca: Path, request: Path, cert: Path, extensions: Path, expired: bool) -> None:
    """`openssl ca` because `openssl x509` of 3.0 cannot backdate a certificate."""
    (folder / "index.txt").write_text("")
    (folder / "ca.conf").write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\nrand_serial=yes\n"
        "default_md=sha256\ndefault_days=30\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
    )
    dates = ("-startdate", LONG_AGO[0], "-enddate", LONG_AGO[1]) if expired else ()
    _openssl(
        *("ca", "-batch", "-notext", "-config", folder / "ca.conf", "-cert", ca, "-keyfile", folder / "ca.key"),
        *("-in", request, "-out", cert, "-extfile", extensions, *dates),
    )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
