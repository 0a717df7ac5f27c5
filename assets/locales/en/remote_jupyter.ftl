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

## The Mac's dialogs (src/platform/macos)

mac-dialog-ok = OK
mac-dialog-cancel = Cancel
