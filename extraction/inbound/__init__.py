"""Where documents come from without anybody at a browser: mailboxes and watched folders. No database here."""
