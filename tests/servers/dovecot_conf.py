"""The configuration of a private dovecot 2.3 that needs no rights: every process runs as the user that starts it."""

from __future__ import annotations

from collections.abc import Mapping

MAIN = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap lmtp
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
recipient_delimiter = +
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_username_chars =
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = username_format=%n {base}/users/%n
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {base}/users/%n
  default_fields = uid={user} gid={group} home={base}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = {sent_use}
  }}
}}
# Failed logins from one address are otherwise answered ever later.
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service lmtp {{
  process_min_avail = 1
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
{tls}
{quota}
{extra}
"""

PLAIN_TEXT = "ssl = no"

TLS = """
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
ssl_min_protocol = TLSv1.2
"""

QUOTA = """
mail_plugins = $mail_plugins quota
protocol imap {{
  mail_plugins = $mail_plugins imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={limit}
}}
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={base}/keys/
username_attribute = email
"""


def main_config(values: Mapping[str, object]) -> str:
    """dovecot.conf with every place filled; an unfilled one is a KeyError."""
    return MAIN.format_map(values)
