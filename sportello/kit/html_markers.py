"""Names by which mail programs mark quotations and signatures in HTML."""

import re
from functools import lru_cache

_MARKERS = frozenset(
    name.lower()
    for name in """
    gmail_quote gmail_quote_container gmail_extra gmail_attr gmail_signature gmail_signature_prefix gmail_sendername
    gmail_default gmail_chip mail_android_quote mail_android_message
    divRplyFwdMsg appendonsend OutlookMessageHeader stopSpelling Signature OutlookSignature divTagDefaultWrapper
    OLK_SRC_BODY_SECTION MAC_OUTLOOK_SIGNATURE MsoNormal WordSection1 _MailOriginal _MailAutoSig _MailEndCompose
    mail-editor-reference-message-container mail-editor-reference-message elementToProof
    ms-outlook-mobile-signature ms-outlook-mobile-body-separator-line ms-outlook-mobile-reference-message
    OutlookIdLangBlock hotmail_signature
    AppleMailSignature AppleOriginalContents Apple-interchange-newline lineBreakAtBeginningOfSignature
    lineBreakAtBeginningOfMessage messageReplySection messageSignatureSection messageBodySection
    moz-cite-prefix moz-signature moz-forward-container moz-email-headers-table moz-txt-sig
    yahoo_quoted yahoo-quoted-begin yahoo-style-wrap ymail_android_signature ymail_signature signature
    protonmail_quote protonmail_signature_block protonmail_signature_block-user protonmail_signature_block-proton
    tutanota_quote zmail_extra zmail_extra_hr zwchr io-ox-signature io-ox-hint reply-intro replySplit
    mimestream-quote mimestream-signature missive_quote missive_signature front-blockquote front-signature
    sh-signature airmail_ext airmail_on bloop_original_html bloop_markdown bloop_sign k9mail-signature imp-signature
    iosymail ik_mail_quote isReplyContent mozilla-cite _rc_sig editorUserSignature messageSignature sportello-mail
    composer_signature quoted_header_body editor_body mailbox_signature mail-quote libero_quote quote
    """.split()
)
# What a client puts before the names of a mail it quotes: x_ Outlook, ecx Hotmail, m_-123 Gmail, yiv/ydp Yahoo.
_QUOTED_NAME = re.compile(r"^(?:x_|ecx|m_-?\d+|yiv\d+|ydp[0-9a-f]{6,12})+", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:yahoo_quoted_\d+|bloop_sign_\d+|AppleMailSignature\w{0,40}|zm-_id_-sgn\w{0,10})", re.IGNORECASE
)


@lru_cache(maxsize=512)
def is_quote_marker(name: str) -> bool:
    """Whether a class, an id or a name marks a quotation or a signature (also inside a quoted mail)."""
    bare = _QUOTED_NAME.sub("", name)
    return bare.lower() in _MARKERS or _NUMBERED.fullmatch(bare) is not None
