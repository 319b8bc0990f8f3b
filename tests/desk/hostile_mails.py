"""Mails that attack whoever looks at them, as a customer's program would send them."""

from __future__ import annotations

from email.message import EmailMessage

PICTURE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05"
    b"\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
"""One red point."""

SCRIPTS = {
    "script": "<script>alert(1)</script>",
    "script without its end": "<script>alert(1)",
    "script in script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "handlers": "<p onclick=alert(1) onmouseover='alert(1)'>x</p><img src=x onerror=alert(1)><body onload=alert(1)>",
    "handler behind a slash": "<img/src=x/onerror=alert(1)><svg/onload=alert(1)>",
    "details": "<details open ontoggle=alert(1)>x</details><input autofocus onfocus=alert(1)>",
    "svg": "<svg><script>alert(1)</script><animate onbegin=alert(1) attributeName=x></svg>"
    '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
    "javascript link": '<a href="javascript:alert(1)">x</a><a href=" JaVaScRiPt:alert(1)">x</a>'
    '<a href="java\nscript:alert(1)">x</a>',
    "javascript link in entities": '<a href="&#106;avascript:alert(1)">x</a><a href="javascript&colon;alert(1)">x</a>'
    '<a href="java&Tab;script:alert(1)">x</a><a href="&#x01;javascript:alert(1)">x</a>',
    "other schemes": '<a href="vbscript:x">x</a><a href="data:text/html,<script>alert(1)</script>">x</a><a href="blob:x">y</a>'
    '<a href="file:///etc/passwd">x</a><a href="//other.example/x">x</a><a href="/logout">x</a>',
    "refresh and base": '<meta http-equiv=refresh content="0;url=https://other.example/"><base href="https://other.example/">'
    '<link rel=stylesheet href="https://other.example/x.css">',
    "forms": '<form action="https://other.example/"><input name=password><button>x</button><textarea>a</textarea>'
    "<select><option>x</select><isindex></form>",
    "frames": '<iframe src="https://other.example/" srcdoc="<script>alert(1)</script>"></iframe><object data=x></object>'
    "<embed src=x><frameset><frame src=x></frameset><portal src=x></portal>",
    "sheets": "<style>@import 'https://other.example/x.css'; body { display: none }</style>"
    "<style><!--</style><img title='--><script>'>",
    "covering": '<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999;background:red">x</div>'
    '<div style="position:absolute;margin:-9999px;transform:scale(99)">x</div>',
    "loading style": """<p style="background:url(https://other.example/x)">x</p>
<p style='background-image:url("//other.example/")'>x</p>
<p style="list-style:url(x)">x</p><p style="width:expression(alert(1))">x</p><p style="behavior:url(x);-moz-binding:url(x)">x</p>
<p style="background:u\\72l(https://other.example/)">x</p><p style="background:/**/url(https://other.example/)">x</p>""",
    "mutation: noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "mutation: math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "mutation: form in table": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "mutation: svg style": '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "mutation: title": "<svg><title><style><img src=x onerror=alert(1)></style></title></svg>",
    "mutation: annotation": "<math>"
    '<annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml>',
    "mutation: template": "<template><img src=x onerror=alert(1)></template><xmp><img src=x onerror=alert(1)></xmp>",
    "unclosed": "<p>words <!-- <script>alert(1)</script> <b title='",
    "unclosed attribute": '<img src="x onerror=alert(1) <p>words',
    "null and odd bytes": "<scr\x00ipt>alert(1)</scr\x00ipt><img src=x o\x0bnerror=alert(1)>",
    "plaintext": "<plaintext><script>alert(1)</script>",
    "conditional": "<!--[if gte mso 9]><script>alert(1)</script><![endif]--><![CDATA[<script>alert(1)</script>]]><?php echo 1 ?>",
    "names of ours": '<p class="v-note button" id="content" name="csrf">x</p><a id=x name=y>y</a>',
    "leaving the frame": "</div></body></html><script>alert(1)</script><p style='position:fixed'>x</p>",
}


def html_mail(
    html: str,
    *,
    text: str = "Hola.",
    subject: str = "Hola",
    sender: str = "Lucía <lucia@clientes.example>",
    picture: bytes | None = None,
    filename: str = "punto.png",
) -> bytes:
    """A mail with this HTML; with `picture` it has one inside, as cid:punto@clientes.example."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "soporte@example.com", subject
    message["Date"] = "Mon, 23 Nov 2026 09:59:00 +0100"
    message.set_content(text)
    message.add_alternative(html, subtype="html", charset="utf-8")
    if picture is not None:
        related = message.get_payload()[1]  # type: ignore[index]
        related.add_related(picture, "image", "png", cid="<punto@clientes.example>", filename=filename)  # type: ignore[union-attr]
    return message.as_bytes()
