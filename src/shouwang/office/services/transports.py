"""The ways out, by apprise: which ones an administrator may name, and one try on one of them."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs, quote, urlsplit

import apprise

from shouwang.kit.errors import Refusal

# What apprise says of a failure may name the address; what we log never does.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

# The plug-ins that go over the network to somebody; apprise also knows some that act on this machine.
SERVICES: dict[str, str] = {
    "NotifyWeComBot": "企业微信群",
    "NotifyDingTalk": "钉钉群",
    "NotifyLark": "飞书群",
    "NotifyFeishu": "飞书群",
    "NotifyEmail": "邮件",
    "NotifyJSON": "短信网关（JSON）",
    "NotifyForm": "短信网关（表单）",
    "NotifyXML": "短信网关（XML）",
}
DINGTALK = "oapi.dingtalk.com"


class AddressRefused(Refusal):
    """The address of a way out cannot be used; it is never repeated in the sentence."""

    sentence = (
        "这个地址用不了。请粘贴企业微信或钉钉群机器人的 Webhook 地址，或写 mailto://（邮件）、json:// 或 form://"
        "（短信网关）开头的地址。"
    )


def _address(url: str) -> str:
    """This function returns an address as apprise reads it; the webhook that DingTalk shows is none of these yet."""
    parts = urlsplit(url.strip())
    asked = parse_qs(parts.query)
    if parts.hostname != DINGTALK or "access_token" not in asked:
        return url.strip()
    secret = f"{quote(asked['secret'][0], safe='')}@" if "secret" in asked else ""
    return f"dingtalk://{secret}{quote(asked['access_token'][0], safe='')}"


def service_of(url: str) -> str:
    """This function returns which service an address leads to, by its plug-in's name; raises AddressRefused."""
    found = apprise.Apprise.instantiate(_address(url), suppress_exceptions=True)
    name = type(found).__name__
    if found is None or name not in SERVICES:
        raise AddressRefused
    return name


def send(url: str, *, title: str, body: str) -> bool:
    """This function tries an address once and tells whether it took the message; raises AddressRefused."""
    service_of(url)
    ways = apprise.Apprise()
    if not ways.add(_address(url)):
        raise AddressRefused
    return bool(ways.notify(title=title, body=body))
