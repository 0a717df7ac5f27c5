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

## The menu (src/app/menu.rs)

menu-host-closed = ○ { $host }
menu-host-ready = ● { $host }
menu-host-failed = ▲ { $host }: click to try again
menu-host-no-network = ◌ { $host }: waiting for the network
menu-host-asks = ◐ { $host }: waiting for your answer
menu-host-working = ◐ { $host }: { $phase }
menu-host-working-for = ◐ { $host }: { $phase }, { $time }
menu-kernels = { $total ->
    [0] no kernels
    [one] { $busy ->
        [0] 1 kernel, idle
       *[other] 1 kernel, busy
    }
   *[other] { $busy ->
        [0] { $total } kernels, none busy
       *[other] { $total } kernels, { $busy } busy
    }
}
menu-node = on { $node }
menu-more = { $host }: More
menu-open-tab = Open Tab
menu-copy-link = Copy Link
menu-kernels-menu = Kernels
menu-notebook = { $path } ({ $state })
menu-notebook-busy = ● { $path }
menu-notebook-idle = ○ { $path }
menu-forward = { $name } (localhost:{ $port })
menu-show-log = Show Log
menu-disconnect = Disconnect
menu-stop = Stop Jupyter…
menu-cancel = Cancel
menu-dismiss = Dismiss
menu-offers = Hosts of your SSH configuration: choose one
menu-no-hosts = No hosts yet: `remote-jupyter add ALIAS` adds one, and so does Edit Configuration
menu-more-hosts = More Hosts ({ $count })
menu-complaint = The configuration has errors; the last good one is in force
menu-add = Add Host from SSH Config
menu-edit = Edit Configuration…
menu-login = Launch at Login
menu-login-approval = To be allowed in System Settings, General, Login Items
menu-help = Help
menu-diagnostics = Copy Diagnostics
menu-about = About Remote Jupyter
menu-quit = Quit Remote Jupyter
time-seconds = { $count } s
time-minutes = { $count } min
time-hours = { $hours } h { $minutes } min

## Notifications (src/app/news.rs)

notice-ready = { $host } is ready
notice-was-running = Jupyter { $version } was running on { $node }.
notice-was-started = Jupyter { $version } was started on { $node }.
notice-try-again = Try Again

## Dialogs (src/app/questions.rs, src/app/state.rs)

dialog-host-key = Is this really { $host }?
dialog-host-key-text =
    { $host } is not known yet. It shows this { $kind } key:

    { $print }

    Compare it with what its administrator gives. If it differs, somebody may be in between.
dialog-host-key-also =
    At port 22 the same host is known by:
    { $others }
dialog-connect = Connect
dialog-passphrase = Passphrase for { $host }
dialog-remember = Remember it in the keychain
dialog-login = Log in to { $host }
dialog-stop = Stop Jupyter on { $host }?
dialog-stop-kernels = { $total ->
    [one] { $busy ->
        [0] Its kernel ends, and what it holds in memory is lost.
       *[other] Its kernel is busy. It ends, and what it computes and holds in memory is lost.
    }
   *[other] { $busy ->
        [0] Its { $total } kernels end, and what they hold in memory is lost.
       *[other] { $busy } of its { $total } kernels are busy. They end, and what they compute and hold in memory is lost.
    }
}
dialog-stop-unknown = Its kernels end, and what they hold in memory is lost.
dialog-stop-yes = Stop Jupyter
dialog-stop-anyway = Stop Anyway
dialog-hosts = Remote Jupyter is in the menu bar
dialog-about = Remote Jupyter { $version }
dialog-about-text =
    Opens a notebook tab from a remote machine with one click.

    MIT or Apache-2.0, at your choice.
app-runs-already = Remote Jupyter is running already: its icon is in the menu bar.
app-no-tray = remote-jupyter: there is no place for a tray icon here: { $error }

## What goes wrong on this machine (src/explain/here.rs)

not-opened-title = { $path } cannot be opened
not-opened-remedy = See whether { $path } can be written, and which program opens such files.
no-browser-title = The browser did not open
no-browser-remedy = Check `browser` in the configuration.
not-added-title = { $alias } was not added
not-added-remedy = See { $path }.
login-item-title = Launch at Login was not changed
login-item-remedy = Change it in the settings of your system.
no-clipboard-title = The clipboard cannot be used
no-clipboard-remedy = Try it again; another program may hold it.

## login-item (src/cli/login_item.rs)

login-item-on = Remote Jupyter starts at login.
login-item-off = Remote Jupyter does not start at login.
login-item-approval = Remote Jupyter waits to be allowed in System Settings, General, Login Items.
login-item-not-here = Remote Jupyter cannot start at login here: { $reason }
