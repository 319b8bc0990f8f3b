"""How mail programs write an answer to one of our notices: text, HTML, what they quote and how, what they add of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape

WHO = "Ferretería Sol <soporte@example.com>"
SIGNATURE = ("Ana Ruiz", "Atención al cliente · Ferretería Sol", "Tel. 910 000 000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the program answers."""

    subject: str
    text: str
    message_id: str
    reply_to: str = "soporte@example.com"


Bodies = tuple[str | None, str | None]
Style = Callable[[str, Notice], Bodies]


def answer(notice: Notice, bodies: Bodies, *, sender: str = "Ana <ana@example.com>", **headers: str) -> EmailMessage:
    """The mail that a program sends with these bodies (text, HTML)."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = notice.reply_to
    mail["Subject"] = f"Re: {notice.subject}"
    mail["Date"] = "Mon, 23 Nov 2026 10:05:00 +0100"
    mail["Message-ID"] = "<answer-1@programa.example>"
    mail["In-Reply-To"] = notice.message_id
    mail["References"] = notice.message_id
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        if value:
            mail[name.replace("_", "-")] = value
    text, html = bodies
    if text is not None:
        mail.set_content(text)
    if html is not None and text is not None:
        mail.add_alternative(html, subtype="html")
    elif html is not None:
        mail.set_content(html, subtype="html")
    return mail


def gmail_web(said: str, notice: Notice) -> Bodies:
    intro = "El lun, 23 nov 2026 a las 10:00, Ferretería Sol (<soporte@example.com>)\nescribió:"
    signature = "\n".join(SIGNATURE)
    html = (
        f'<div dir="ltr">{_html(said)}<div><br></div><span class="gmail_signature_prefix">-- </span><br>'
        f'<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">{_html(signature)}</div></div><br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">El lun, 23 nov 2026 a las 10:00, '
        f'Ferretería Sol (&lt;<a href="mailto:soporte@example.com">soporte@example.com</a>&gt;) escribió:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
        f"{_html(notice.text)}</blockquote></div>"
    )
    return f"{said}\n\n-- \n{signature}\n\n\n{intro}\n\n{_quoted(notice.text)}\n", html


def gmail_app(said: str, notice: Notice) -> Bodies:
    intro = "El lun, 23 nov 2026, 10:00, Ferretería Sol <soporte@example.com> escribió:"
    html = (
        f'<div dir="auto">{_html(said)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(intro)}'
        f'<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_html(notice.text)}</blockquote></div>'
    )
    return f"{said}\n\n{intro}\n\n{_quoted(notice.text)}\n", html


def outlook_desktop_es(said: str, notice: Notice) -> Bodies:
    return _outlook(said, notice, ("De", "Enviado el", "Para", "Asunto"), "lunes, 23 de noviembre de 2026 10:00")


def outlook_desktop_en(said: str, notice: Notice) -> Bodies:
    return _outlook(said, notice, ("From", "Sent", "To", "Subject"), "Monday, November 23, 2026 10:00 AM")


def outlook_web(said: str, notice: Notice) -> Bodies:
    rows = _rows(notice, ("De", "Enviado", "Para", "Asunto"), "lunes, 23 de noviembre de 2026 10:00")
    html = (
        f'<div class="elementToProof">{_html(said)}</div><div id="Signature" class="elementToProof">{_html(SIGNATURE[0])}'
        f'</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        f"{'<br>'.join(f'<b>{name}:</b> {escape(value)}' for name, value in rows)}</font><div>&nbsp;</div></div>"
        f'<div class="BodyFragment"><div class="PlainText">{_html(notice.text)}</div></div>'
    )
    return None, html


def outlook_mobile(said: str, notice: Notice) -> Bodies:
    rows = _rows(notice, ("De", "Enviado", "Para", "Asunto"), "Monday, November 23, 2026 10:00:00 AM")
    head = "\n".join(f"{name}: {value}" for name, value in rows)
    rule = "_" * 32
    return f"{said}\n\nObtener Outlook para iOS<https://aka.ms/o0ukef>\n{rule}\n{head}\n\n{notice.text}\n", None


def outlook_mobile_html(said: str, notice: Notice) -> Bodies:
    rows = _rows(notice, ("From", "Sent", "To", "Subject"), "Monday, November 23, 2026 10:00:00 AM")
    return None, (
        f'<div dir="auto">{_html(said)}</div><div dir="auto" id="ms-outlook-mobile-signature"><div><br></div>'
        f'Get <a href="https://aka.ms/AAb9ysg">Outlook for Android</a></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        f"{'<br>'.join(f'<b>{name}:</b> {escape(value)}' for name, value in rows)}</div><br>{_html(notice.text)}"
    )


def apple_mail(said: str, notice: Notice) -> Bodies:
    intro = "El 23 nov 2026, a las 10:00, Ferretería Sol <soporte@example.com> escribió:"
    return f"{said}\n\n\n> {intro}\n> \n{_quoted(notice.text)}\n", None


def apple_mail_html(said: str, notice: Notice) -> Bodies:
    intro = "El 23 nov 2026, a las 10:00, Ferretería Sol &lt;soporte@example.com&gt; escribió:"
    return None, (
        f'<html><body style="overflow-wrap: break-word;">{_html(said)}<br id="lineBreakAtBeginningOfMessage"><div><br>'
        f'<blockquote type="cite"><div>{intro}</div><br class="Apple-interchange-newline"><div>{_html(notice.text)}</div>'
        f"</blockquote></div><br></body></html>"
    )


def ios_mail(said: str, notice: Notice) -> Bodies:
    intro = "El 23 nov 2026, a las 10:00, Ferretería Sol <soporte@example.com> escribió:"
    html = (
        f'<html><body dir="auto">{_html(said)}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Enviado desde mi iPhone'
        f'</div><div dir="ltr"><br><blockquote type="cite">{escape(intro)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{_html(notice.text)}</div></blockquote></body></html>'
    )
    return f"{said}\n\nEnviado desde mi iPhone\n\n> {intro}\n> \n{_quoted(notice.text)}\n", html


def thunderbird_below(said: str, notice: Notice) -> Bodies:
    signature = "\n".join(SIGNATURE)
    return (
        f"El 23/11/2026 a las 10:00, Ferretería Sol escribió:\n{_quoted(notice.text)}\n\n{said}\n\n-- \n{signature}\n",
        None,
    )


def thunderbird_html(said: str, notice: Notice) -> Bodies:
    return None, (
        f'<html><body><p>{_html(said)}</p><div class="moz-signature">-- <br>{_html(SIGNATURE[0])}</div>'
        f'<div class="moz-cite-prefix">El 23/11/26 a las 10:00, Ferretería Sol escribió:<br></div>'
        f'<blockquote type="cite" cite="mid:aviso@example.com"><pre class="moz-quote-pre" wrap="">{escape(notice.text)}</pre>'
        f"</blockquote><br></body></html>"
    )


def yahoo(said: str, notice: Notice) -> Bodies:
    intro = "El lunes, 23 de noviembre de 2026, 10:00:00 CET, Ferretería Sol <soporte@example.com> escribió:"
    html = (
        f'<div class="ydp1yahoo-style-wrap"><div dir="ltr">{_html(said)}</div></div>'
        f'<div id="ydp2yahoo_quoted_1" class="yahoo_quoted"><div><div>{escape(intro)}</div><div><br></div>'
        f"<div>{_html(notice.text)}</div></div></div>"
    )
    return f" {said}\n\n    {intro}\n \n {notice.text}\n", html


def yahoo_android(said: str, notice: Notice) -> Bodies:
    intro = "El lun, nov 23, 2026 a la(s) 10:00, Ferretería Sol<soporte@example.com> escribió:"
    return f"{said}\n\nEnviado desde Yahoo Mail con Android \n \n{intro}\n{_quoted(notice.text)}\n", None


def roundcube(said: str, notice: Notice) -> Bodies:
    return f"{said}\n\nEl 2026-11-23 10:00, Ferretería Sol escribió:\n\n{_quoted(notice.text)}\n", None


def k9(said: str, notice: Notice) -> Bodies:
    intro = 'El 23 de noviembre de 2026 10:00:00 CET, "Ferretería Sol" <soporte@example.com> escribió:'
    footer = "Enviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad."
    return f"{said}\n-- \n{footer}\n\n{intro}\n{_quoted(notice.text)}\n", None


def samsung(said: str, notice: Notice) -> Bodies:
    rows = _rows(notice, ("De", "Fecha", "Para", "Asunto"), "23/11/26 10:00 (GMT+01:00)")
    return None, (
        f'<html><body dir="auto"><div dir="auto">{_html(said)}</div><div dir="auto"><br></div>'
        f'<div id="composer_signature" dir="auto"><div style="font-size:12px" dir="auto">Enviado desde mi Galaxy</div></div>'
        f'<div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><!-- originalMessage -->'
        f"<div>-------- Mensaje original --------</div>"
        f"{''.join(f'<div>{name}: {escape(value)} </div>' for name, value in rows)}<div><br></div></div>"
        f"{_html(notice.text)}</body></html>"
    )


def proton(said: str, notice: Notice) -> Bodies:
    intro = "El lunes, 23 de noviembre de 2026 a las 10:00, Ferretería Sol <soporte@example.com> escribió:"
    html = (
        f'<div style="font-family: Arial;">{_html(said)}</div><div class="protonmail_signature_block">'
        f'<div class="protonmail_signature_block-proton">Enviado con el correo seguro de <a href="https://proton.me/">Proton Mail'
        f'</a>.</div></div><div class="protonmail_quote">{escape(intro)}<br><blockquote class="protonmail_quote" type="cite">'
        f"{_html(notice.text)}</blockquote><br></div>"
    )
    return None, html


def proton_text(said: str, notice: Notice) -> Bodies:
    intro = "El lunes, 23 de noviembre de 2026 a las 10:00, Ferretería Sol <soporte@example.com> escribió:"
    footer = "Sent with Proton Mail secure email."
    return f"{said}\n\n{footer}\n\n{intro}\n\n{_quoted(notice.text)}\n", None


def unknown_program(said: str, notice: Notice) -> Bodies:
    """One that marks nothing and introduces it in a language that nobody here knows."""
    rows = _rows(notice, ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), "maanantai 23. marraskuuta 2026 10.00")
    return f"{said}\n\n{chr(10).join(f'{name}: {value}' for name, value in rows)}\n\n{notice.text}\n", None


def no_quote(said: str, notice: Notice) -> Bodies:
    return f"{said}\n", None


def interleaved(said: str, notice: Notice) -> Bodies:
    """Every line of the answer under one of the notice's."""
    quoted, own = _quoted(notice.text).splitlines(), said.splitlines()
    middle = len(quoted) // 2
    first, rest = own[0], own[1:]
    body = [*quoted[:middle], "", first, "", *quoted[middle:], "", *rest]
    return "El 23/11/2026 a las 10:00, Ferretería Sol escribió:\n" + "\n".join(body) + "\n", None


STYLES: dict[str, Style] = {
    style.__name__: style
    for style in (
        gmail_web, gmail_app, outlook_desktop_es, outlook_desktop_en, outlook_web, outlook_mobile, outlook_mobile_html, apple_mail,
        apple_mail_html, ios_mail, thunderbird_below, thunderbird_html, yahoo, yahoo_android, roundcube, k9, samsung, proton,
        proton_text, unknown_program, no_quote,
    )
}  # fmt: skip


def _outlook(said: str, notice: Notice, names: tuple[str, str, str, str], when: str) -> Bodies:
    rows = _rows(notice, names, when)
    head = "\n".join(f"{name}: {value}" for name, value in rows)
    html = (
        f'<html><body lang="ES"><div class="WordSection1"><p class="MsoNormal">{_html(said)}<o:p></o:p></p><p class="MsoNormal">'
        f'<o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{"<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in rows)}</p></div>'
        f'<p class="MsoNormal">{_html(notice.text)}</p></div></body></html>'
    )
    return f"{said}\n\n{head}\n\n{notice.text}\n", html


def _rows(notice: Notice, names: tuple[str, str, str, str], when: str) -> list[tuple[str, str]]:
    return list(zip(names, (WHO, when, "ana@example.com", notice.subject), strict=True))


def _quoted(text: str) -> str:
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.splitlines())


def _html(text: str) -> str:
    return "<br>\n".join(escape(line) for line in text.splitlines())
