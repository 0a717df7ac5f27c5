# Everything that a person reads, in English. https://projectfluent.org tells the form.
#
# A name is PLACE-WHAT. Titles are one line without a full stop; remedies are sentences.
# Names of hosts, files and commands come in as arguments and are shown as they are.

## How far a session has come (src/phase.rs)

phase-resolving = reading the ssh configuration
phase-connecting = connecting
phase-authenticating = logging in
phase-finding = looking for a running Jupyter
phase-starting = starting Jupyter
phase-forwarding = waiting for Jupyter's answer
phase-ready = ready
phase-failed = failed
phase-closed = closed

## The Linux desktop (src/platform/linux)

button-ok = OK
button-cancel = Cancel

## The keychain (src/platform/keychain.rs)

keychain-absent = No keychain can be reached here: { $why }
keychain-refused = The keychain is locked, or access to it was refused: { $why }
keychain-failed = The keychain could not do it: { $why }
keychain-label = Passphrase of { $key } (Remote Jupyter)

## The login item (src/platform/login_item.rs)

autostart-comment = Notebook tabs from your remote machines
autostart-no-program = This program's own file cannot be found: { $why }
autostart-odd-path = { $path } cannot be written into an autostart entry: rename it
autostart-no-folder = There is no home folder to keep the entry in
autostart-not-written = { $path }: { $why }
autostart-mac-config = The system opens the app without arguments: it cannot start with { $path } at login
autostart-mac-refused = The system refused (code { $code }). See System Settings > General > Login Items
