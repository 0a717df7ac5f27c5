# 人が読むすべての文。書式は https://projectfluent.org を参照。

## コマンドの書き方 (src/cli/arguments.rs)

help-about = リモートホストの Jupyter を、SSH 経由でコマンド 1 つでブラウザーに開きます
help-config-file = 設定ファイル [既定: ~/.config/remote-jupyter/config.toml]
help-ssh-config = ~/.ssh/config の代わりに使う ssh の設定ファイル (ssh の -F と同じ)
help-verbose = 詳しく表示する。-vv でデバッグ情報も表示する
help-open = ホストのノートブックをタブで開き、Ctrl-C までトンネルを保つ
help-open-host = ホスト [既定: default_host、または唯一のホスト]
help-no-browser = ブラウザーを開かない
help-notebook = ノートブックまたはフォルダー。サーバーの作業フォルダーからの相対パス
help-profile = ホストのこのプロファイルのサーバーを、ホスト自身のものとは別に始めるか、動いているものを使う
help-cores = 始めるジョブの CPU コア数。設定の値の代わりに使う
help-memory = ジョブのメモリー。例: 16G
help-gpus = ジョブの GPU 数
help-walltime = ジョブの最長時間。例: 2:00:00
help-queue = ジョブのキューかパーティション
help-timeout = 制限時間 (秒)。入力を待つ時間は含まない [既定: { $seconds }]
help-json-events = 経過を JSON で出力する (1 行に 1 オブジェクト)
help-json = JSON で出力する (1 行に 1 オブジェクト)
help-list = 設定したホストの一覧
help-status = 開いているトンネルと、そのカーネルの状態を表示する。ホストを指定すると、そこで動いているものも表示する
help-host = ホスト
help-only-host = このホストだけ
help-watch = 終了せずに、変化があるたびに表示する
help-only-host-of-all = このホストだけ [既定: すべて]
help-close = トンネルを閉じる。サーバーはそのまま残る
help-stop = ホストの Jupyter サーバーを停止する
help-yes = 実行中のカーネルがあっても確認せずに終了する
help-logs = 使用中のサーバー、または Remote Jupyter が最後に起動したサーバーの出力を表示する
help-doctor = クリックで行うことを、何も起動しない範囲で確認し、失敗したものの対処を示す
help-add = ssh の設定にあるホストを追加する
help-alias = ssh の設定での名前
help-config = 設定ファイルの表示、確認、編集
help-config-path = ファイルの場所を表示する
help-config-check = 誤りを調べる
help-config-edit = エディターで開く
help-completions = シェルの補完スクリプトを出力する
help-shell = シェル [使える値: { $shells }]

## ヘルプと引数の誤り (src/cli/usage.rs)

help-usage = 使い方:
help-commands = コマンド
help-arguments = 引数
help-options = オプション
help-help = ヘルプを表示する
help-version = バージョンを表示する
help-help-command = このヘルプ、または指定したサブコマンドのヘルプを表示する
usage-error = エラー:
usage-unknown-argument = 引数 '{ $argument }' は使えません
usage-unknown-command = '{ $command }' というサブコマンドはありません
usage-missing = 次の引数が必要です:
usage-no-value = '{ $argument }' には値が必要です
usage-invalid-value = '{ $argument }' に値 '{ $value }' は使えません
usage-possible-values = [使える値: { $values }]
usage-unexpected-value = '{ $argument }' に余分な値 '{ $value }' があります
usage-twice = 引数 '{ $argument }' は 1 回しか使えません
usage-other = 引数を解釈できません: { $why }
usage-similar = ヒント: { $similar } ではありませんか。
usage-more = 詳しくは '--help' を参照してください。

## どのホストか (src/cli/mod.rs, context.rs)

cli-no-display = アプリにはデスクトップが必要ですが、ディスプレイがありません
cli-no-app = メニューバーのアプリがこのコマンドと同じ場所にないか、起動できません
cli-open-remedy = `remote-jupyter open HOST` でホストを開けます。ほかの使い方は `remote-jupyter --help` を参照してください。
cli-no-file = ファイル { $file } がありません
cli-no-file-remedy = --config に続くパスを確認してください。
cli-config-broken = 設定に誤りがあります
cli-hosts = ホスト { $count } 件
cli-configured = 設定済みのホスト: { $names }
cli-which = どのホストですか
cli-notebook-outside = ノートブックが { $host } の Jupyter のフォルダの中にありません
cli-notebook-outside-remedy = Jupyter が起動するフォルダ (設定の `workdir`) からの相対パスを使ってください。例: `--notebook sub/plots.ipynb`
cli-which-remedy = ホストを指定するか、`default_host` を設定してください。
cli-which-none = { $file } にはホストが設定されていません
cli-which-none-remedy = ssh で使える接続先なら何でも指定できます。`remote-jupyter add ALIAS` で設定に追加できます。
cli-unknown = { $name } というホストはありません
cli-unknown-profile = { $host } に { $profile } というプロファイルはありません
cli-profiles = プロファイル: { $names }
cli-profiles-none = プロファイルがありません。
cli-unknown-profile-remedy = ある名前を指定するか、設定に [host.profile.{ $profile }] を加えてください (`remote-jupyter config edit`)。
cli-no-scheduler = { $host } には { $resources } を頼めるスケジューラーがありません
cli-no-scheduler-remedy = これらのオプションを外すか、設定でこのホストの launcher を指定してください。
cli-unheeded = { $host } のプロファイルに { $key } がありますが、このホストにはスケジューラーがありません
cli-unheeded-remedy = 設定で launcher = "slurm" のようにホストのスケジューラーを指定するか、プロファイルから { $key } を削除してください。
cli-open-already = { $host } はすでに開いていて、{ $resources } では変わりません
cli-open-already-detail = リソースの指定は、これから始まるジョブにだけ効きます。
cli-open-already-remedy = タブを開くには `remote-jupyter open { $host }` を実行してください。ジョブを入れ替えるには、先に `remote-jupyter stop { $host }` を実行してください。ジョブを 2 つ使うには、設定にプロファイルを加えてください。
cli-unknown-remedy = ssh の設定にあるホストなら、`remote-jupyter add { $name }` で追加できます。

## open (src/cli/open.rs, report.rs)

open-stays = トンネルは Ctrl-C を押すまで開いています。Jupyter はその後も動き続けます。
open-no-notebook = { $host } の Jupyter のフォルダに { $path } がないため、タブにはエラーか空のページが表示されます。パスは Jupyter を起動したフォルダからの相対パスです。
open-press-return = ここで再ログインするには Return キーを押してください。
open-closed = { $host } へのトンネルが閉じられました。
open-was-running = { $host } で Jupyter { $version } (プロセス { $pid }) が実行中でした。{ $seconds } 秒で準備ができました。
open-was-started = { $host } で Jupyter { $version } (プロセス { $pid }) を起動しました。{ $seconds } 秒で準備ができました。
open-held = { $host } の Jupyter { $version } (プロセス { $pid })。このトンネルは別の remote-jupyter が開いています。

## list, status, close, stop, logs (src/cli/servers.rs, status.rs)

list-empty = ホストが設定されていません。`remote-jupyter add ALIAS` で ssh の設定から追加できます。`remote-jupyter open DESTINATION` なら設定せずに開けます。
status-kernels-unknown = カーネルの状態は不明
status-kernels =
    { $busy ->
        [0] カーネル { $total } 個、実行中なし
       *[other] カーネル { $total } 個、うち { $busy } 個が実行中
    }
status-ended = { $phase } ({ $time } から): { $title }
status-log-in = { $time } に切断 ({ $cause })。`remote-jupyter open { $host }` で再ログインできます
status-next-try = { $time } に切断 ({ $cause })。{ $count } 秒後に再試行
status-trying = { $time } に切断 ({ $cause })。再接続中
close-none = { $host } へのトンネルは開いていません。
close-done = { $host } へのトンネルを閉じました。Jupyter は動き続けています。
forward-open = トンネルが開いている間、ローカルポート { $port } は { $host } の { $remote } につながります。
stop-done = { $host } の Jupyter が終了しました。
status-unseen = ホストで動いているものを確認できませんでした: { $why }
logs-not-ours = 使用中の Jupyter (プロセス { $pid }) は Remote Jupyter が起動したものではないため、ログの場所が分かりません。Remote Jupyter が最後に起動したもののログを表示します。
logs-none = Remote Jupyter はまだ { $host } でサーバーを起動していません。

## doctor (src/cli/doctor.rs)

doctor-this-machine = ローカルコンピューター
doctor-here = ローカルコンピューター
doctor-ssh = ssh のバージョン: { $version }
doctor-no-ssh = `ssh` が見つからないため、~/.ssh/config を読み込めません
doctor-configuration = 設定 { $file }: { $hosts }
doctor-sockets = 制御ソケットの場所: { $folder }
doctor-browser = ブラウザー: { $browser }
doctor-login-shell = ログインシェル ({ $shell }) は正常です。ホスト自身の名前は { $node } です
doctor-jupyter = PATH 上の Jupyter: { $path }
doctor-no-jupyter = そのままでは PATH に `jupyter` がありません。setup = ["module load python"] のように `setup` で用意してください
doctor-found = 見つかりました: { $server }
doctor-none = 実行中のあなたの Jupyter サーバーはありません
doctor-passed-over = 対象外: { $reason }

## add, config (src/cli/configure.rs)

add-failed = { $alias } を追加できません
add-done = { $alias } ({ $user }@{ $host }) を { $file } に追加しました。`remote-jupyter open { $alias }` で開けます。
config-uneditable = { $file } を編集できません
config-uneditable-remedy = EDITOR にエディターを設定するか、ファイルを直接開いてください。
config-good = { $file } に誤りはありません ({ $hosts })。
config-absent = { $file } はまだありません。既定の設定で動きます。
config-template-about = Remote Jupyter の設定。すべての設定の説明は docs/reference/configuration.md にあります。
config-template-name = ~/.ssh/config にある別名。ほかの設定は必要ありません

## ホストのトンネルを持つプログラム (src/ipc/host_lock.rs)

claim-silent = 別の remote-jupyter プロセスがこのホストを開いていますが、応答しません

## どの実行中サーバーを使うか (src/jupyter/select.rs, server.rs)

server-same-folder = サーバーが { $count } 個動いています。{ $folder } のものを選びました
server-newest = サーバーが { $count } 個動いています。最も新しいもの ({ $folder }) を選びました
server-other-folder = 実行中のサーバーの作業フォルダーは、設定したフォルダーではなく { $folder } です
server-other-port = プロセス { $pid } のサーバーのポートは { $wanted } ではなく { $port } です
server-on-socket = プロセス { $pid } のサーバーはポート { $wanted } ではなくソケットを使っています
server-malformed = { $file } の形式が正しくありません: { $why }
server-foreign = プロセス { $pid } は別のアカウントのものです
server-names-other = { $file } が示すプロセスは { $pid } です
server-reused = プロセス { $pid } は Jupyter ではありません (番号が再利用されています)
server-socket = ソケット { $socket } はなくなったか、別のアカウントのものです
server-no-port = ポートの記載がありません
server-silent = ポート { $port } で待ち受けているものがありません
server-foreign-port = ポート { $port } では別のアカウントが待ち受けています
server-editors = プロセス { $pid } は VS Code が自身のために起動したサーバーのため、使いません
server-hubs = プロセス { $pid } は JupyterHub のサーバーのため、対象にしません。JupyterHub から利用してください
server-refused = プロセス { $pid } のサーバーは対象にしません: { $why }

## Jupyter の応答 (src/jupyter/api.rs)

api-no-answer = 応答がありません: { $why }
api-silent = { $seconds } 秒以内に何も届きませんでした
api-status = サーバーの応答は { $status } でした
api-not-jupyter = Jupyter の応答ではありません: { $why }
api-no-page = Lab、Notebook、nbclassic のいずれの画面もありません。`pip install jupyterlab` で追加できます

## 質問 (src/ssh/prompt.rs)。答えはどの言語でも yes か no。

ask-host-key = ホスト { $host } はまだ登録されていません。{ $kind } 鍵は { $fingerprint } です。この鍵を信頼しますか。yes か no を入力してください (yes/no)
ask-host-key-also-known = ホスト { $host } はまだ登録されていません。{ $kind } 鍵は { $fingerprint } です。ポート 22 では { $others } が登録されています。この鍵を信頼しますか。yes か no を入力してください (yes/no)
ask-end-kernels = { $host } のカーネル { $total } 個のうち { $busy } 個が実行中です。それでも終了しますか。yes か no を入力してください (yes/no)
ask-passphrase = 鍵 { $key } のパスフレーズ:
ask-passphrase-again = パスフレーズが違います。鍵 { $key } のパスフレーズ:
ask-password = { $user }@{ $host } のパスワード:
ask-password-again = 拒否されました。{ $user }@{ $host } のパスワード:

## ログインとホスト鍵 (src/ssh/auth/, src/ssh/connection.rs, dial.rs, host_key.rs)

login-key = 鍵 { $file }
login-agent-key = エージェントの鍵 { $comment } ({ $fingerprint })
login-agent = ssh エージェント: { $why }
login-password = パスワード
login-keyboard-interactive = サーバーの質問への回答 (keyboard-interactive)
login-none = 認証なし
login-endless = サーバーがログインを終えずに { $count } 件を超えるメッセージを続けて送りました
login-refused = { $what }: 拒否されました
login-offered = サーバーが受け付ける方法: { $offered }
login-done = { $user } としてログインしました ({ $how })
login-no-file = 鍵 { $file }: ファイルがありません
login-no-variable = 鍵 { $file }: このプログラムの環境には { $variable } が設定されていません。IdentityFile には完全なパスを書いてください
host-key-none = サーバーがホスト鍵を提示しませんでした
host-key-nobody-asked = StrictHostKeyChecking が yes なので、確認を求めません
host-key-not-yes = 答えが yes ではありませんでした
host-key-type-unknown = 不明な種類の
dial-no-family = AddressFamily で指定した種類のアドレスがありません
dial-no-answer = 応答なし
dial-bad-bind = BindAddress の { $address } はアドレスではありません
connected = { $address } ({ $banner }) に接続しました。ホスト鍵 { $algorithm } は登録済みです
openssh-shared = すでに開いている ssh の接続を使います ({ $path })
transport-configured = `transport` の指定
transport-live = 接続がすでに開いている
transport-usual = ほかの方式は不要
openssh-stale = 制御ソケット { $path } に応答がありません
openssh-silent-master = すでに開いている ssh の接続に応答がありません ({ $path })
openssh-shared-login = その接続。再ログインはしません
openssh-own = このコンピューターの ssh で { $address } ({ $banner }) に接続しました ({ $reason })
openssh-own-login = このコンピューターの ssh
connected-unchecked = { $address } ({ $banner }) に接続しました。NoHostAuthenticationForLocalhost に従い、ホスト鍵 { $algorithm } は確認していません

## 接続先の解釈 (src/ssh/resolve.rs)

resolve-bad = { $destination } は SSH の接続先ではありません: { $reason }。別名、user@host、ssh://user@host:port のいずれかで書いてください
resolve-no-ssh = { $destination } のための { $file } を読み込めません: ssh が見つかりません。OpenSSH をインストールするか、ファイルの指定を外してください
resolve-open-to-others = { $destination } の { $file } は使いません。ほかのアカウントが変更でき、実行するコマンドが書かれているためです
resolve-not-started = { $destination } を調べるための { $program } を実行できませんでした: { $why }
resolve-refused = ssh が { $destination } を受け付けません: { $message }。次のコマンドで確認してください: ssh -G { $bare }
resolve-missing = { $destination } についての ssh -G の出力に、使える { $option } の行がありません。次のコマンドで確認してください: ssh -G { $bare }
resolve-no-host = ホスト名がありません
resolve-no-user = ユーザー名がなく、USER も設定されていません
resolve-bad-port = ポートが 1 から 65535 までの数ではありません
resolve-hyphen = 名前を '-' で始めることはできません
resolve-blank = 空白または制御文字が含まれています
resolve-shell = シェルにとって特別な意味を持つ文字が含まれています
resolve-usage = ホスト、user@host、ssh://user@host:port のいずれでもありません
resolve-no-reason = 理由は示されませんでした

## 登録済みのホスト鍵 (src/ssh/known_hosts.rs)

known-hosts-unreadable = 登録済みのホスト鍵 { $file } を読み込めませんでした: { $why }。読み取れるようにするか、ファイルを削除してください
known-hosts-unwritable = { $host } の鍵を { $file } に書き込めませんでした: { $why }。書き込みの権限を確認してください
known-hosts-name = ホスト名 { $host } は known_hosts に書けません。SSH の設定で普通の HostName か HostKeyAlias を付けてください
known-hosts-malformed = { $host } が送った鍵の形式が正しくありません。{ $file } には何も書き込んでいません

## 設定ファイルの誤り (src/config/error.rs, mod.rs)

config-remedy = 対処: { $remedy }
config-not-toml = 正しい TOML ではありません: { $why }
config-duplicate-key = どちらか一方だけを残してください
config-quotes = 値を二重引用符で囲んでください
config-line-ends = Unix か Windows の改行でファイルを保存してください
config-write-toml = TOML として書いてください。例: key = "text"、key = 8、key = true
config-unreadable = ファイルを読み込めません: { $why }
config-unreadable-remedy = ファイルであることと、読み取りの権限を確認してください
config-open-to-others = ほかのアカウントがこのファイルを変更できます。実行するコマンドが書かれているファイルです
config-open-to-others-remedy = 次を実行してください: { $command }
config-not-utf8 = UTF-8 のテキストではありません
config-not-utf8-remedy = ファイルを UTF-8 で保存してください

## キーと値の種類 (src/config/check.rs, keys.rs)

key-about = キー { $key }: { $message }
key-unknown = { $key } というキーはありません
key-belongs-top = ファイルの先頭、最初の [[host]] より上に書いてください
key-belongs-under = { $header } の下に書いてください
key-did-you-mean = { $near } ではありませんか
key-take-out = 削除してください。ここで使えるキー: { $keys }
key-wrong-type = { $key } の値は{ $expected }です ({ $found }は使えません)
key-write-as = 次のように書いてください: { $example }
key-write-table = 角括弧を二重にして、次のように書いてください: { $header }
key-write-named-table = 名前を入れた見出しを付けてください。例: { $header }
key-environment-type = キー { $key }: { $name } の値は文字列です ({ $found }は使えません)
key-environment-quotes = 値を引用符で囲んでください。例: { $example }
key-missing = この { $header } には { $key } がありません
key-missing-remedy = 次のような行を加えてください: { $example }
key-out-of-range = { $number } は範囲外です
key-out-of-range-remedy = { $expected }を書いてください。例: { $example }
key-word-unknown = { $word } は使えない値です
key-word-one-of = 次のいずれかを書いてください: { $words }
key-word-near = { $near } ではありませんか。次のいずれかを書いてください: { $words }
key-name-for-ssh = 名前はそのままにして、ssh での接続先を書いてください。例: ssh = "me@gpu01"
key-args = このホストの { $other } には args を渡せません
key-args-remedy = オプションは { $other } に直接書き、args を削除してください
key-duplicate-host = ホスト名 { $name } が重複しています
key-duplicate-forward = 転送名 { $name } が重複しています
key-duplicate-port = このホストの中でローカルポート { $port } が重複しています
key-duplicate-remedy = { $line } 行目にもあります。どちらかを変えてください
key-no-host = キー { $key }: { $name } というホストはありません
key-no-host-remedy = name = { $name } の [[host]] を加えるか、別のホストを指定してください
type-string = 文字列
type-whole-number = 整数
type-number-from = { $least } 以上の整数
type-number-between = { $least } から { $most } までの整数
type-float = 小数
type-flag = true か false
type-date = 日付や時刻
type-list = リスト
type-table = テーブル
type-strings = 文字列のリスト
type-environment = 文字列のテーブル
type-tables = { $header } のテーブル

## 値の書式 (src/config/values.rs)

value-empty = 値が空です
value-empty-remedy = 値を書くか、既定値でよければキーを省いてください
value-control = 制御文字 { $character } は使えません
value-control-remedy = 削除してください。タブや改行のない 1 行の文字列でなければなりません
value-hyphen = { $text } がハイフンで始まっています
value-hyphen-remedy = ハイフンを取ってください。コマンドのオプションと解釈されてしまいます
value-profile = { $text } はプロファイル名に使えません
value-profile-remedy = 英字か数字で始め、英字、数字、"-"、"_" だけを使ってください
value-destination-hyphen = { $text } は ssh の接続先ではありません: ハイフンで始まるとオプションになります
value-destination-space = { $text } は ssh の接続先ではありません: 空白が含まれています
value-destination-remedy = 別名、user@host、ssh://user@host:port のいずれかで書いてください
value-duration = { $text } は時間の長さではありません
value-duration-remedy = 整数に s、m、h、d のいずれかを付けて書いてください。例: "90s"、"30m"、"2h"、"1d"
value-walltime = { $text } はジョブの制限時間ではありません
value-walltime-remedy = 時:分:秒 の形で書いてください。必要なら前に日数を付けます。例: "8:00:00"、"2-12:00:00"
value-base-url = { $text } はベース URL ではありません
value-base-url-remedy = スラッシュで始まり、英数字と .~_- からなるパスを書いてください。例: "/gpu01/"、"/"
value-memory = { $text } はメモリーの量ではありません
value-memory-remedy = 整数に K、M、G、T のいずれかを付けて書いてください。例: "8G"、"512M"
value-remote = { $text } はホストとポートの組ではありません
value-remote-remedy = host:port の形で、ポートは 1 から 65535 までで書いてください。例: "127.0.0.1:6006"、"[::1]:6006"、"6006"
value-variable = { $text } は環境変数の名前ではありません
value-variable-remedy = 英字、数字、_ だけを使い、数字以外で始めてください。例: OMP_NUM_THREADS
value-language = { $text } はこのプログラムで使える言語ではありません
value-language-remedy = 次のいずれかを書いてください: { $languages }。キーを省くとシステムの言語になります

## 設定ファイルの変更 (src/config/edit.rs)

edit-exists = { $file } にはすでにホスト { $name } があります
edit-broken = 先に設定の誤りを直してください
edit-unwritable = { $file } に書き込めません: { $why }

## このマシン: 質問、ブラウザー、フォルダー (src/host_os/terminal_prompt.rs, browser.rs, paths.rs)

ask-nowhere = 入力を求めるための端末も SSH_ASKPASS のプログラムもありません
ask-program-failed = SSH_ASKPASS の { $program } を実行できません: { $why }
ask-program-cancelled = SSH_ASKPASS が取り消されました
ask-program-no-text = SSH_ASKPASS の答えがテキストではありません
ask-terminal-closed = 端末が閉じられました
login-page-title = Jupyter を開いています
login-page-button = Jupyter を開く
browser-nobody = このコンピューターでページを開けるプログラムがありません
browser-failed = `{ $browser }`: { $why }。設定の `browser` を確認してください
folder-open = { $folder } に他のアカウントが入れます。`chmod 700` してください
folder-link = { $folder } は他のアカウントが作成したリンクです。削除してください

## 何が起きたか (src/problem/mod.rs)

explain-no-script = { $host } のログインシェルが、スクリプトを実行せずに終了しました
explain-no-script-remedy = `ssh { $destination }` と `ssh { $destination } true` を実行してください。後者では何も表示されないのが正常です。起動ファイルのどこかでシェルが終了しているか、サーバーがこのプログラムの代わりに独自のコマンド（ForceCommand、authorized_keys の `command=`）を実行している可能性があります。
explain-files-only-remedy = このアカウントではファイル転送しかできません。コマンドを実行できるアカウントを管理者に依頼してください。
explain-no-login-remedy = このアカウントにはログインシェルがない（nologin）か、アカウントが閉鎖されています。管理者に問い合わせてください。
explain-not-started = { $host } のログインシェルの起動ファイルが制限時間内に終わりませんでした
explain-not-started-remedy = `ssh { $destination } true` を実行してください。起動ファイルが入力や遅いディスクを待っている可能性があります。`--timeout SECONDS` で制限時間を延ばせます。
explain-unexpected = { $host } から想定外の応答がありました
explain-report-remedy = `remote-jupyter doctor` の出力を添えて報告してください。
explain-random = { $host }: システムの乱数生成器を使えません
explain-random-remedy = システムのログを確認してください。乱数がないと秘密を守れません。
explain-start-slow = { $host }: Jupyter が制限時間内に起動しませんでした
explain-start-slow-detail = 起動は続いています。
explain-start-slow-remedy = もう一度開くと続きを待てます。出力は `remote-jupyter logs { $host }` で確認でき、`remote-jupyter stop { $host }` で終了できます。
explain-timed-out = { $host }: 制限時間を超えました ({ $phase })
explain-timed-out-remedy = どの段階が遅いかは `remote-jupyter doctor { $host }` で分かります。`open` では `--timeout SECONDS` を指定できます。
explain-interrupted = { $host }: 中断されました
explain-no-shell = { $host } のアカウントでは、このプログラムのコマンドを実行できません
explain-no-shell-remedy = bash などの通常のログインシェルを使えるよう管理者に依頼するか、別のアカウントを使ってください。
explain-windows = { $host } のログインシェルは Windows のもので、Jupyter を起動できません
explain-windows-remedy = Linux、macOS、BSD のホストを使うか、Windows の OpenSSH サーバーが WSL の bash を起動するように設定してください (DefaultShell)。
explain-no-wait = { $host } を待つことができませんでした
explain-no-wait-remedy = ローカルコンピューターのファイル記述子が不足していないか確認してください。
explain-no-answer = { $host } で Jupyter は動いていますが、トンネル越しに応答しません
explain-forbidden-remedy = リモートホストのサーバーを停止してから、ホストを開き直してください。ランタイムファイルのトークンが受け付けられません。
explain-no-page = { $host } の Jupyter には、タブに表示できるページがありません
explain-no-page-remedy = ホストにインストールしてから、`remote-jupyter stop { $host }` でこのサーバーを終了し、もう一度接続してください。起動後にインストールしたものは認識されません。
explain-no-answer-remedy = プロセスが停止しているか、sshd が転送を禁じている (AllowTcpForwarding) 可能性があります。
explain-kernel-interrupt = { $host } のカーネルを中断できませんでした
explain-kernel-restart = { $host } のカーネルを再起動できませんでした
explain-kernel-shutdown = { $host } のカーネルを終了できませんでした
explain-kernel-gone = Jupyter にそのカーネルはもうありません。
explain-kernel-remedy = タブでそのノートブックを確かめ、そこでもう一度試してください。
explain-wrong-answer = { $host } で Jupyter は動いていますが、正しく応答しません
explain-wrong-answer-remedy = そのポートで何が動いているか確認してください。
explain-no-port = { $host } のためのローカルポートを開けませんでした
explain-no-port-remedy = ローカルコンピューターのポートやファイル記述子が不足していないか確認してください。
explain-local = { $host } のセッションを開始できませんでした: ローカルの資源が不足しています
explain-local-remedy = 上のシステムからのメッセージを確認してください。解決しない場合は、`remote-jupyter doctor` の結果と一緒に報告してください。
explain-local-files-remedy = 他のプログラムを終了するか、開けるファイル数の上限を上げてください: `ulimit -n 1024`。
explain-local-memory-remedy = ほかのプログラムを終了してください。ローカルコンピューターのメモリーまたはスレッドが不足しています。
explain-bad-url = { $host } の Jupyter のベース URL が正しくありません
explain-bad-url-remedy = サーバーの設定の `base_url` を確認してください。
explain-holder-gone = { $host } へのトンネルを開いていた remote-jupyter プロセスが終了しました
explain-open-again-remedy = ホストを開き直してください。
explain-no-control = { $host }: 制御ソケットを使えません
explain-no-control-remedy = ソケットのフォルダーは `remote-jupyter doctor` で分かります。別の remote-jupyter が応答していない可能性もあります。
explain-control-long-remedy = XDG_RUNTIME_DIR に、より短いパスのフォルダーを設定してください。これより長いパスにはソケットを作成できません。
explain-bug = { $host }: remote-jupyter で内部エラーが起きました
explain-bug-remedy = 上の出力を添えて報告してください。
version-holder-too-old = { $host }: 実行中の Remote Jupyter は、この Remote Jupyter より古く、要求を理解できません
version-holder-too-old-remedy = アプリを終了するか、実行中のコマンドを終了してから、開き直してください。
version-asker-too-old = { $host }: この Remote Jupyter は、実行中の Remote Jupyter より古く、応答を理解できません
version-asker-too-old-remedy = この Remote Jupyter をアップデートしてから、もう一度試してください。
version-both = 実行中: バージョン { $running }。この Remote Jupyter: バージョン { $this }。
version-not-told = 不明

## ホストまでの接続 (src/problem/connection.rs)

explain-resolve = { $host } の ssh の設定を使えません
explain-resolve-remedy = `ssh -G { $destination }` で確認してください。
explain-no-ssh-remedy = OpenSSH をインストールするか、`ssh` を含む PATH でこのプログラムを起動してください。このプログラムの PATH: { $path }
explain-resolve-variable-remedy = ~/.ssh/config に { $variable } の値を直接書いてください。デスクトップから起動したアプリは ~/.bashrc を読み込まないため、このプログラムの環境には変数が設定されていません。ターミナルでは `ssh -G { $destination }` が成功することもあります。
explain-open-to-others-remedy = `{ $command }` を実行して、ほかのアカウントが変更できないようにしてください。
explain-route = { $host } には { $keyword } が必要ですが、このバージョンはまだ対応していません
explain-route-remedy = 今は手動でポートを転送してください: `ssh -N -L 8888:localhost:8888 { $destination }`
explain-name = { $host }: { $wanted } のアドレスが見つかりません
explain-name-remedy = 綴り、~/.ssh/config の HostName、VPN が必要かどうかを確認してください。
explain-refused-port = { $host }: { $wanted } のポート { $port } で待ち受けているものがありません
explain-refused-port-remedy = ~/.ssh/config の Port と、SSH サーバーが動いているかどうかを確認してください。
explain-unreachable = { $host }: { $wanted } のポート { $port } から応答がありません
explain-unreachable-remedy = ネットワークと、VPN や踏み台ホストが必要かどうかを確認してください。
explain-unreachable-mac-remedy = 「システム設定」＞「プライバシーとセキュリティ」＞「ローカルネットワーク」で Remote Jupyter を許可してください。ターミナルから使う場合は、ターミナルのアプリケーションに許可が必要です。許可済みなら、ネットワークと VPN を確認してください。
explain-handshake = { $host }: SSH のハンドシェイクに失敗しました
explain-handshake-remedy = そのポートで SSH サーバーが応答しているか確認してください。`ssh -v` でサーバーの挨拶が分かります。
explain-no-session = { $host } では、このアカウントでコマンドを実行できません
explain-no-session-remedy = `ssh { $destination } true` を実行してください。これも拒否される場合、このアカウントは転送またはファイル専用です（MaxSessions 0）。コマンドを実行できるアカウントを管理者に依頼してください。
explain-handshake-nothing = サーバーが何も送らないうちに接続が閉じられました。
explain-handshake-nothing-remedy = 1 分ほど待ってから `ssh -v { $destination }` を試してください。同時ログイン数の上限（MaxStartups）に達しているか、サーバーやファイアウォールがあなたのアドレスを拒否している可能性があります（fail2ban、hosts.deny）。何度試しても接続できない場合は、~/.ssh/config の Port を確認してください。
explain-handshake-turned-away-remedy = 数分待ってからもう一度試してください。同時ログイン数が多すぎるか、ログインの失敗が続いたためにあなたのアドレスが拒否されています。理由はサーバーのログで分かります（MaxStartups、PerSourcePenalties）。
explain-handshake-foreign-remedy = ~/.ssh/config の HostName と Port を確認してください。そこでは SSH 以外のサービスが応答しています。利用中のネットワークのログインページの可能性もあります。
explain-handshake-old-remedy = サーバーの更新を依頼してください。安全でない SSH バージョン 1 にしか対応していません。
explain-handshake-greeted = サーバーは { $version } と名乗っています。
explain-handshake-cut-remedy = `ssh -v { $destination }` を試してください。同じように切断される場合、理由はサーバーのログで分かります。大きなパケットが失われる VPN（MTU）でも同じ症状になります。
explain-handshake-silent = 接続はできましたが、SSH サーバーからの応答がありません。
explain-handshake-silent-remedy = `ssh -v { $destination }` を試してください。ファイアウォール、プロキシ、VPN がサーバーの代わりに接続を受けているか、サーバーが停止している可能性があります。`open` では `--timeout SECONDS` を指定できます。
explain-handshake-slow = サーバーは { $version } と名乗りましたが、鍵交換が終わりませんでした。
explain-handshake-slow-remedy = `ssh -v { $destination }` を試してください。大きなパケットが失われる VPN（MTU）や、混雑したサーバーでこの症状になります。`open` では `--timeout SECONDS` を指定できます。
explain-host-key-files = { $host } のホスト鍵を確認できません
explain-host-key-files-remedy = ファイルを自分で読み書きできるようにしてください。
explain-host-key-name-remedy = ~/.ssh/config で普通の HostName か HostKeyAlias を付けてください。
explain-host-key-malformed-remedy = そのポートで SSH サーバーが応答しているか確認してください。
explain-host-key-changed = { $host } が登録済みのものと違うホスト鍵を提示しました。何も送信していません
explain-host-key-shown = 提示された鍵: { $fingerprint }
explain-host-key-known = 登録済みの鍵: { $fingerprint } { $kind } ({ $place })
explain-host-key-changed-remedy = 通信が傍受されていないことを確認してください。鍵が変わった理由が分かっている場合に限り、`ssh-keygen -R '{ $filed }'` を実行して接続し直してください。
explain-host-key-other-type-remedy = 新しい鍵について管理者に確認してください。登録済みの種類の鍵がホストからなくなっています。新しい鍵が確認できた場合に限り、`ssh-keygen -R '{ $filed }'` を実行して接続し直してください。
explain-host-key-revoked = { $host } が失効したホスト鍵を提示しました。何も送信していません
explain-host-key-revoked-remedy = ホストの管理者に問い合わせてください。この鍵はもう使えません。
explain-host-key-unknown = { $host } のホスト鍵は未登録で、承認されませんでした
explain-host-key-unknown-remedy = 指紋を管理者のものと照らし合わせ、一度 `ssh { $destination }` で接続するか、ここで yes と答えてください。
explain-auth-refused = { $host } が { $user } のログインを拒否しました
explain-auth-nothing-fits = サーバーの認証方式に使える鍵、エージェント、パスワードがありません
explain-auth-offered = サーバーの認証方式: { $offered }
explain-auth-refused-remedy = `ssh { $destination }` で確認してください。鍵はホスト側の ~/.ssh/authorized_keys に登録されている必要があります。
login-no-agent = ssh エージェント: このプログラムの環境には { $variable } が設定されていません
explain-no-agent-remedy = ターミナルで `ssh { $destination }` を実行してください。成功する場合、鍵はこのプログラムから見えないエージェントにあります。デスクトップから起動したアプリは ~/.bashrc を読み込みません。`echo ${ $variable }` の出力を `IdentityAgent` として ~/.ssh/config に書いてください。失敗する場合は、ホスト側の ~/.ssh/authorized_keys に鍵がありません。
explain-auth-no-answer = { $host } へのログインに必要な答えが得られませんでした
explain-auth-no-answer-remedy = 端末で実行するか、SSH_ASKPASS を設定するか、`ssh-add` で鍵をエージェントに読み込んでください。
explain-auth-no-answer-tried-remedy = 上の行に示された問題を直すか、端末で実行して応答してください。
explain-passphrase = { $host }: このパスフレーズでは鍵 { $key } を開けません
resolve-slow = `ssh -G { $destination }` が終わりません。ssh の設定にある `Match exec` のコマンドが止まっている可能性があります。
explain-resolve-slow-remedy = ターミナルで `ssh -G { $destination }` を実行し、止まっている `Match exec` のコマンドを直すか、時間を制限してください。
explain-login-silent = { $host } へのログインが時間内に終わりませんでした
explain-login-silent-remedy = スマートフォンやセキュリティキーを手元に用意して接続し直すか、`remote-jupyter open { $host } --timeout 300` で時間を延ばしてください。
explain-passphrase-remedy = `ssh-keygen -y -f { $key }` で確認してください。

## リモート側 (src/problem/remote.rs)

explain-workdir = { $host } で作業フォルダー { $folder } を使えません
explain-workdir-remedy = フォルダーを作るか、`workdir` を変えてください。
explain-unwritable = { $host } の ~/.local/state/remote-jupyter に書き込めません
explain-unwritable-remedy = ディスクか割り当て容量がいっぱいか、フォルダーが自分のものでない可能性があります。ホストで `df -h ~` と `ls -ld ~/.local/state` を確認してください。
explain-socket = { $host } での Unix ソケットのパスが長すぎます
explain-socket-remedy = bind = "loopback" を使ってください。
explain-script = { $host } でスクリプトが失敗しました
explain-not-installed = 設定したアプリケーションが { $host } にインストールされていません
explain-not-installed-remedy = ホストにインストールするか、別の `app` を選んでください。
explain-died = { $host } で Jupyter が起動中に終了しました
explain-died-status = { $host } で Jupyter が起動中に終了しました (終了コード { $status })
explain-died-full-remedy = ホストの空き容量を増やしてください。ディスクか割り当て容量がいっぱいです (`df -h ~` で確認できます)。
explain-died-open-remedy = ホストのホームフォルダーのファイルシステムはアクセス権を保存しないため、Jupyter はトークンを秘密にできません。ホストの ~/.profile で、XDG_STATE_HOME を別のファイルシステムにある自分のフォルダーに設定してください。
explain-died-root-remedy = Jupyter を root で実行するには指定が必要です。設定のホストに args = ["--allow-root"] を追加してください。
explain-died-silent-remedy = ホストで同じコマンドを手動で実行し、ディスクがいっぱいでないか `df -h ~` で確認してください。何も出力されませんでした。
explain-died-done-remedy = `command` で Jupyter をフォアグラウンドで実行するようにしてください。エラーなしで終了しましたが、サーバーが起動しませんでした。
explain-died-port-remedy = ホストの別のプログラムがそのポートを使っています。`remote_port` を省くか、別のポートにしてください。
explain-died-threads-remedy = ホストで使えるプロセス数が足りません。env = {"{"} OPENBLAS_NUM_THREADS = "1", OMP_NUM_THREADS = "1" {"}"} を設定するか、不要なプロセスを終了するか (`ps -u $USER`)、ホストのスケジューラーを使ってください。
explain-died-memory-remedy = ホストのメモリが不足しました。`memory` を増やすか、メモリの多いマシンを使ってください。
explain-died-library-remedy = Jupyter に必要なライブラリがホストにないか、古いバージョンです。setup = ["module load gcc"] のように `setup` で用意するか、独自のライブラリを持つ conda 環境に Jupyter をインストールしてください。
explain-died-conda-remedy = setup = ["source ~/miniconda3/etc/profile.d/conda.sh", "conda activate NAME"] のように、`setup` の最初で conda のファイルを読み込んでください。
explain-died-module-remedy = setup = ["source /etc/profile.d/modules.sh", "module load python"] のように、`setup` の最初で `module` を定義するファイル (または /etc/profile.d/lmod.sh) を読み込んでください。
explain-died-interpreter-remedy = Jupyter のインストールに使った Python がなくなったか、移動しました。ホストで Jupyter をインストールし直してください。
explain-died-database-remedy = ホームが SQLite に適さないファイルシステム (多くは NFS) にあります。env = {"{"} JUPYTER_DATA_DIR = "/tmp/NAME-jupyter", IPYTHONDIR = "/tmp/NAME-ipython" {"}"} のように、Jupyter のデータを別の場所に置いてください。
explain-died-option-remedy = 最後の行に、この Jupyter が受け付けないオプションか設定があります。`args` と `command`、ホストの ~/.jupyter を確認してください。
explain-died-address-remedy = Jupyter が待ち受けるアドレスが、そのマシンのものではありません。`bind` を "auto" のままにし、ホストの /etc/hosts で localhost が 127.0.0.1 になっているか確認してください。
explain-died-locale-remedy = ログイン時のロケールがホストにありません。env = {"{"} LC_ALL = "C.UTF-8" {"}"} を設定してください。
explain-died-files-remedy = ホストで開いているファイルが多すぎます。setup = ["ulimit -n 4096"] のように、`setup` で上限を上げてください。
explain-died-denied-remedy = ホストの { $path } を使う権限がありません。`ls -ld` で確認してください。`sudo` で作られたものは root の所有です。
explain-died-packages-remedy = Jupyter の Python パッケージが足りないか、組み合わせが合っていません。Jupyter のある環境で `pip install --upgrade jupyterlab` を実行してください。
explain-died-python-remedy = ホストの Python が、この Jupyter には古すぎる可能性があります。`setup` で新しい Python を用意してください。
explain-died-setup-remedy = 上の最後の出力を確認し、`setup` の行をホストで手動で試してください。
explain-died-remedy = 上の最後の出力を確認し、ホストで同じことを手動で試してください。
explain-set-up-failed = { $host } で `setup` の { $line } 行目が失敗しました (終了コード { $status })
explain-set-up-failed-remedy = ホストで `{ $text }` を手動で実行し、`setup` のその行を修正してください。
explain-set-up-left = { $host } で `setup` の { $line } 行目がシェルを終了させたため、Jupyter を起動できませんでした
explain-set-up-left-remedy = `setup` から、シェルを終了させるもの (exit) や置き換えるもの (exec) を取り除いてください。該当する行は `{ $text }` です。
explain-no-command = { $host } にコマンド `{ $command }` がありません
explain-no-command-remedy = `command` と、`setup` で PATH が通るかどうかを確認してください。
explain-no-jupyter = { $host } の PATH に Jupyter がありません
explain-no-jupyter-remedy = ホストで `jupyter lab` の前に入力するものを設定に加えてください: setup = ["module load python"] や setup = ["conda activate NAME"]。または `pip install --user jupyterlab` でインストールしてください。

## 接続の段階 (src/phase.rs)

phase-resolving = ssh の設定を読み込み中
phase-connecting = 接続中
phase-authenticating = ログイン中
phase-finding = 実行中の Jupyter を探しています
phase-starting = Jupyter を起動中
phase-forwarding = Jupyter の応答を待っています
phase-ready = 準備完了
phase-failed = 失敗
phase-closed = 切断

## メニュー (src/app/view/menu.rs)

menu-host = { $sign } { $host }: { $facts }
menu-and = { $one }、{ $two }
menu-no-network = ネットワークを待っています
menu-asks = 入力を待っています
menu-fetching-log = ログを取得中
menu-checking = 接続を確認中
menu-queued-for = 待ち行列で待機中 { $time }
menu-reconnecting-for = 再接続中 { $time }
menu-ended = クリックでもう一度起動
menu-kernels = { $total ->
    [0] カーネルなし
   *[other] { $busy ->
        [0] カーネル { $total } 個（すべて待機中）
       *[other] カーネル { $total } 個（{ $busy } 個が実行中）
    }
}
menu-more = その他
menu-open-tab = タブを開く
menu-new-tab = 新しいタブ
menu-open-notebook = ノートブックを開く…
menu-recent = 最近のノートブック
menu-ports = ポート
menu-edit-host = ホストを編集…
menu-hide = メニューに表示しない
menu-hidden = 表示しないホスト
menu-copy-link = リンクをコピー
menu-kernels-menu = カーネル
menu-notebook-busy = ● { $path }
menu-notebook-starting = { $path }（起動中）
menu-notebook-restarting = { $path }（再起動中）
menu-notebook-dead = { $path }（終了）
menu-notebook-unknown = { $path }（応答なし）
menu-notebook-idle = ○ { $path }
menu-kernel-busy-for = ● { $path }、{ $time }
menu-kernel-alone = { $kernel }（ノートブックなし）
menu-kernel-open = ノートブックを開く
menu-kernel-interrupt = 中断
menu-kernel-restart = 再起動…
menu-kernel-shutdown = 終了…
menu-forward = { $name }（localhost:{ $port }）
menu-show-log = ログを表示
menu-check = 接続を確認…
menu-cancel-log = ログの取得をキャンセル
menu-cancel-check = 接続の確認をキャンセル
menu-disconnect = 切断
menu-disconnect-asks = 切断…
menu-start-with = プロファイルで開始
menu-stop = Jupyter を停止
menu-stop-asks = Jupyter を停止…
menu-cancel = キャンセル
menu-cancel-job = ジョブをキャンセル…
menu-try-now = 今すぐ再接続
menu-next-try = { $count } 秒後に再試行
menu-log-in-again = 再ログイン…
menu-log-in = クリックして再ログイン
menu-login-needed = クリックしてログイン
menu-dismiss = 閉じる
menu-details = 詳細…
menu-job = ジョブ { $id }…
menu-job-on = ジョブ { $id }（{ $node }）…
menu-no-hosts = ホストはまだありません
menu-more-hosts = ほかのホスト
menu-section = { $first } から { $last }
menu-more-lines = ほか { $count } 台のホスト
menu-complaint = ▲ 設定に誤りがあります…
menu-add-host = ホストを追加…
menu-settings = 設定…
menu-edit = 設定ファイルを編集…
menu-login = ログイン時に開く
menu-login-approval = ログイン時に開くことを許可…
menu-help = ヘルプ
menu-diagnostics = 診断情報をコピー
menu-welcome = ようこそ…
menu-about = Remote Jupyter について
menu-quit = Remote Jupyter を終了
menu-quit-asks = Remote Jupyter を終了…
the-app = Remote Jupyter アプリ
menu-quitting = 終了しています…
icon-idle = 未接続
icon-working = 接続中
icon-connected = 接続済み
icon-failed = 失敗したホストがあります
time-seconds = { $count } 秒
time-minutes = { $count } 分
time-hours = { $hours } 時間 { $minutes } 分

## ホストの行に出る短い理由 (src/app/view/brief.rs)

brief-host-key-unknown = ホスト鍵が承認されていません
brief-host-key-changed = ホスト鍵が変わっています
brief-host-key-revoked = ホスト鍵が失効しています
brief-host-key-files = ホスト鍵を確認できません
brief-login = ログインを拒否されました
brief-hung-up = ログイン中に切断されました
brief-password-expired = パスワードの期限が切れています
brief-second-factor = 2 要素目が認められませんでした
brief-key-permissions = 鍵をほかのユーザーが読めます
brief-certificate = 証明書の期限が切れています
brief-key-agent = 鍵を使うにはエージェントが必要です
brief-no-answer = ログインに入力が必要です
brief-passphrase = パスフレーズが違います
brief-ssh-config = SSH 設定を使えません
brief-name = アドレスが見つかりません
brief-refused = 接続を拒否されました
brief-unreachable = 応答がありません
brief-handshake = SSH の接続手順に失敗しました
brief-hop = 踏み台ホストから接続できません
brief-forwarding = ポート転送が禁止されています
brief-proxy = ProxyCommand に失敗しました
brief-shell = ログインシェルでコマンドを実行できません
brief-no-jupyter = Jupyter が見つかりません
brief-not-running = Jupyter が動いていません
brief-folder = フォルダーを使えません
brief-died = Jupyter が起動しませんでした
brief-answer = Jupyter が応答しません
brief-server-ended = Jupyter が終了しました
brief-idle-ended = 使われていない Jupyter が終了しました
brief-not-stopped = Jupyter を停止できませんでした
brief-kernels-busy = カーネルが実行中です
brief-kernel-action = カーネルが反応しません
brief-scheduler = スケジューラーを使えません
brief-scheduler-silent = スケジューラーが応答しません
brief-job-refused = ジョブを受け付けませんでした
brief-job-never = ジョブを開始できません
brief-node = 計算ノードに接続できません
brief-job-ended = ジョブが終わりました
brief-job-time = ジョブが制限時間になりました
brief-no-time = 延長できません
brief-timed-out = 時間がかかりすぎました
brief-lost = 接続が切れました
brief-local = このコンピューターで問題が起きました
brief-other-resources = 別のリソースで動作中
brief-config = 設定に誤りがあります
brief-unsupported = バージョンが合いません
brief-interrupted = 中断されました

## ジョブが待っている理由 (src/app/view/pending.rs)

pending-priority = ほかのジョブが先
pending-resources = 資源の空き待ち
pending-begin = 開始時刻の前
pending-dependency = ほかのジョブ待ち
pending-held = 保留中
pending-licenses = ライセンスの空き待ち
pending-nodes = ノードを使えません
pending-partition = パーティションが停止中
pending-reservation = 予約の開始待ち
pending-limit = 上限に達しています

## 詳細のダイアログ (src/app/view/details.rs)

details-lost = 接続が切れています: { $cause }
details-lost-next = カーネルは動き続けています。メニューで { $host } をクリックすると、すぐに再接続を試みます。
details-job = ジョブ { $id }
details-job-on = ジョブ { $id }（{ $node }）
details-waits = 待っている理由: { $why }
details-waits-word = 待っている理由: { $why }（{ $word }）
details-set-up = 環境を設定…
details-check-good = { $host } への接続に問題はありません
details-not-added = { $host } は追加されていません。
details-add-anyway = それでも追加
details-place = 待ち順 { $place } 番目
details-starts = 開始予定 ≈ { $time }
details-complaint-title = 設定に誤りがあります
details-complaint-valid = 直前の正しい設定を使っています。
details-complaint-none = 直すまでホストは表示されません。
details-login-title = ログイン時に開くことがまだ許可されていません
details-login-text = 「システム設定」＞「一般」＞「ログイン項目」で Remote Jupyter を許可してください。

## 通知 (src/app/view/notification.rs)

notice-ready = { $host } の準備ができました
notice-was-running = { $node } で実行中の Jupyter に接続しました。
notice-was-started = { $node } で Jupyter を起動しました。
notice-login = { $host } へのログインが必要です
notice-login-text = 起動時に開くホストです。パスワードやコードの入力、または確認が必要です。
notice-try-again = 再試行
notice-config = 設定に誤りがあります
notice-lost = { $host }：接続が切れました
notice-lost-text = { $cause }。再接続している間も、カーネルは動き続けます。
notice-log-in = { $host }：もう一度ログインしてください
notice-log-in-text = { $cause }。ページは待機し、カーネルは動き続けます。
notice-returned = { $host } に再接続しました
notice-returned-text = { $time }の間、接続が切れていました。
notice-page-open = { $host } はブラウザーのタブですでに開いています
notice-page-open-text = { $place } のタブを探してください。見つからない場合は、もう一度 { $host } をクリックしてください。
notice-cell-done = { $name } の実行が終わりました
notice-cell-done-text = { $host } での実行時間：{ $time }
notice-copied = 診断情報をコピーしました
notice-copied-text = クリップボードに入れました。トークンやパスワードは含まれません。

## ダイアログ (src/app/prompts.rs, src/app/app.rs)

dialog-host-key = { $host } に初めて接続しますか？
dialog-host-key-text =
    このホストの鍵はまだ登録されていません。{ $host } の { $kind } 指紋を、管理者が公開しているものと比べてください。ホスト上では `ssh-keygen -lf { $file }` で表示できます。

    異なる場合は、通信が傍受されているおそれがあります。「キャンセル」を選んでください。
dialog-host-key-also =
    同じホストのポート 22 には、次の鍵が登録されています。
    { $others }
dialog-trust = 信頼して接続
dialog-passphrase = { $host } の鍵のロックを解除
dialog-passphrase-text = { $key } のパスフレーズを入力してください。
dialog-passphrase-again = パスフレーズが正しくありません。もう一度入力してください。
dialog-unlock = ロックを解除
dialog-remember = キーチェーンに保存する
dialog-password = { $user }@{ $host } のパスワード
dialog-password-again = パスワードが正しくありません。もう一度入力してください。
dialog-login = { $host } にログイン
dialog-answer-again = 入力が受け付けられませんでした。もう一度入力してください。
dialog-log-in = ログイン
dialog-stop = { $host } の Jupyter を停止しますか？
dialog-stop-kernels = { $busy ->
    [0] { $total } 個のカーネルが終了し、メモリー上の内容は失われます。
   *[other] { $total } 個のカーネルのうち { $busy } 個が実行中です。すべて終了し、計算中の結果とメモリー上の内容は失われます。
}
dialog-stop-unknown = カーネルの状態が分かりません。実行中のものがあるかもしれません。カーネルはすべて終了し、計算中の結果とメモリー上の内容は失われます。
dialog-kernel = ○ { $path }
dialog-kernel-busy = ● { $path }（実行中）
dialog-kernels-more = ほか { $count } 個
dialog-kernel-restart = { $host } の { $name } のカーネルを再起動しますか？
dialog-kernel-restart-yes = 再起動
dialog-kernel-shutdown = { $host } の { $name } のカーネルを終了しますか？
dialog-kernel-shutdown-yes = 終了
dialog-kernel-runs = 実行中のセルがあり、途中で止まります。
dialog-kernel-lost = 変数など、メモリー上の内容はすべて失われます。ノートブックのファイルはそのまま残ります。
dialog-stop-yes = Jupyter を停止
dialog-stop-anyway = それでも停止
dialog-cancel-job = { $host } のジョブ { $id } をキャンセルしますか？
dialog-cancel-job-text = ジョブ { $id } は{ $time }待っており、キューの順番を失います。
dialog-cancel-job-new = ジョブ { $id } をキューから取り除きます。
dialog-cancel-job-yes = ジョブをキャンセル
dialog-close = { $host } を切断しますか？
dialog-close-text = ほかのプログラムのリンクによる要求です。タブは使えなくなりますが、サーバーとカーネルは残ります。
dialog-quit = Remote Jupyter を終了しますか？
dialog-quit-yes = 終了
stake-of-host = { $host }：{ $costs }
stake-job = ジョブ { $id } は{ $time }待っています。キューに残り、知らせなしに始まります。
stake-job-new = ジョブ { $id } はキューに残り、知らせなしに始まります。
stake-kernels = Jupyter を停止し、{ $count } 個のカーネルも終了します。メモリー上の内容は失われます。
stake-busy = { $count } 個のカーネルが実行中です。実行は続きますが、再び接続するまでの出力は失われることがあります。
stake-busy-named = { $count ->
   *[other] { $names } が実行中です。実行は続きますが、再び接続するまでの出力は失われることがあります。
}
stake-busy-more = { $names } ほか { $count } 個が実行中です。実行は続きますが、再び接続するまでの出力は失われることがあります。
stake-pages = { $count } 個のノートブックがブラウザーで開かれています。再び接続するまで保存できません。
dialog-welcome = Remote Jupyter へようこそ
dialog-welcome-text =
    アイコンはノートと月の形で、メニューバーまたはトレイにあります。アイコンをクリックしてホストを選ぶと、SSH で接続し、Jupyter が動いていなければ起動して、ページをブラウザーで開きます。もう一度選ぶと、ページを再び開きます。

    最初のホストはどれですか？
dialog-add-host = ホストを追加
dialog-add-host-text = ssh と同じように user@host の形で入力してください。ログインできた時点で追加されます。
dialog-add-host-choose = SSH 設定のホストを選ぶか、ssh と同じように user@host の形で入力してください。ログインできた時点で追加されます。
dialog-add-host-yes = 接続して追加
dialog-hosts = Remote Jupyter はメニューバーにあります
dialog-notebook = { $host } のノートブックを開く
dialog-notebook-text = Jupyter に表示されるフォルダーからのパスを入力してください（例: plots/fit.ipynb）。
dialog-notebook-yes = 開く
dialog-about = Remote Jupyter { $version }
dialog-about-text =
    リモートホストのノートブックを、クリックひとつでタブに開きます。

    ライセンスは MIT または Apache-2.0 から選べます。
dialog-about-page = プロジェクトのページ
app-runs-already = Remote Jupyter はすでに起動しています。メニューバーのアイコンをご覧ください。
app-no-tray = remote-jupyter: システムトレイを使えません: { $error }

## このマシンの問題 (src/problem/local.rs)

not-opened-title = { $path } を開けません
opener-missing = ファイルを開くプログラム `xdg-open` が見つかりません。
opener-nobody = この種類のファイルを開くプログラムを起動できませんでした。
not-opened-remedy = { $path } をテキストエディターで開くか、デスクトップの設定でこの種類のファイルを開くプログラムを選んでください。
no-browser-title = ブラウザーを開けませんでした
no-browser-remedy = 設定の `browser` を確かめてください。
not-added-title = { $alias } を追加できませんでした
not-added-remedy = { $path } を確かめてください。
login-item-title = 「ログイン時に開く」を変更できませんでした
login-item-remedy = システムの設定で変更してください。
no-clipboard-title = クリップボードを使えません
no-clipboard-remedy = もう一度お試しください。ほかのアプリが使用中の可能性があります。

## login-item (src/cli/login_item.rs)

help-login-item = ログイン時にアプリを開く
help-login-item-action = on（ログイン時に開く）、off（開かない）、status（状態を表示）
help-url = このアプリの URL を処理する（システムから呼ばれる）
help-url-url = remote-jupyter://open/HOST、…/close/HOST、または …/list
login-item-on = Remote Jupyter はログイン時に開きます。
login-item-off = Remote Jupyter はログイン時に開きません。
login-item-approval = Remote Jupyter は「システム設定」＞「一般」＞「ログイン項目」での許可を待っています。
login-item-not-here = このシステムでは Remote Jupyter をログイン時に開けません: { $reason }

## ダイアログのボタン (src/desktop/linux, src/desktop/macos)


## ホストのローカルポートに表示するページ (src/local_page/mod.rs, src/session/driver/loss.rs)

page-reconnecting = { $host } に再接続しています…
page-reconnecting-text = 接続が切れています。カーネルは動き続けており、接続が戻りしだい、ここに Jupyter が開きます。
page-log-in = { $host } への再ログインが必要です
page-log-in-text = Remote Jupyter のメニューで { $host } をクリックするか、ターミナルで `remote-jupyter open { $host }` を実行してください。
page-log-in-then = カーネルは動き続けており、ログインすると、ここに Jupyter が開きます。
page-lost-at = { $time } に切断: { $cause }
page-next-try = { $count } 秒後に再試行
page-trying = 再接続を試行中
page-ended-text = 保存したノートブックは残っています。カーネルがメモリーに持っていたものは失われた可能性があります。
page-start-again = Jupyter をもう一度起動
page-connect-again = もう一度接続
page-opening = { $host } に接続しています…
page-opening-text = 準備ができると新しいタブで Jupyter が開きます。このタブは閉じてかまいません。
page-opening-else = タブが開かないときは、このページを再読み込みすると理由が分かります。

## 切断と再接続 (src/problem/connection_lost.rs, src/session/fsm/reconnect.rs)

phase-reconnecting = 再接続中
lost-title = { $host } との接続が失われました
lost-remedy = ホストをもう一度開いてください。動いていた Jupyter サーバーはそのまま動いています。
lost-tried = { $minutes } 分間、再接続を試みました。最後のエラー:
lost-needs-answer = ログインには入力が必要ですが、再接続中は入力を求めません: { $prompt }
lost-other-machine = 同じ名前で別のホストが応答しました ({ $known } ではなく { $seen })。
lost-not-listening = プロセスは残っていますが、接続を受け付けていません。
lost-not-now = 再接続しています。
lost-not-now-remedy = 接続が回復してから、もう一度お試しください。
not-open-title = { $host } に接続していません
not-open-remedy = 先に別のターミナルまたはアプリで `remote-jupyter open { $host }` を実行してください。
no-address-title = { $host }：{ $text } はポートではありません
no-address-remedy = 6006 のような 1～65535 の数、または別のマシンの名前を付けて node17:6006 のように書いてください。
holder-silent-title = { $host }：Remote Jupyter が応答しません
holder-silent-detail = これを保持しているプロセスから 5 秒間応答がありません。停止されているか、固まっています。
holder-silent-remedy = プロセスを再開するか終了して（macOS では強制終了）、もう一度お試しください。
log-not-now-title = { $host } の Jupyter のログは今は表示できません
log-not-now-remedy = ホストに接続したあと、または接続の試行が終わったあとに、もう一度「ログを表示」を選んでください。
lost-again = { $host } に再接続しました。
lost-trying = 接続が切れました（{ $cause }）。再接続しています。
lost-log-in = { $cause }。ログインするにはホストをもう一度開いてください。ローカルポートは開いたままです。
lost-next-try = 接続が切れました（{ $cause }）。{ $count } 秒後に再試行します。
server-ended-title = { $host } の Jupyter が終了しました
server-ended-detail = プロセスがありません。シャットダウンまたは強制終了されたか、ホストが再起動されました。
server-ended-killed = メモリ不足のときにシステムが行うように、プロセスが KILL で強制終了されました。
server-ended-killed-remedy = もう一度開くと、新しく起動します。一度に読み込むデータを減らすか、メモリを増やしてください。
server-ended-outside = すべてのプロセスが、外部から強制終了されました。
server-ended-restart = ホストが再起動されました。
server-ended-remedy = もう一度開くと、新しく起動します。終了の理由は `remote-jupyter logs { $host }` で分かることがあります。

## セッションからのお知らせ (src/session)

session-no-ssh = ローカルコンピューターに `ssh` が見つからないため、~/.ssh/config は読み込まれていません。
session-set-env = ssh 設定の SetEnv は送られません。代わりにホストの `env` に変数を書いてください
session-target = { $destination } は { $user }@{ $host } ポート { $port } です
session-other-click = 別の操作で Jupyter が起動中のため、待っています。
session-no-browser = ブラウザを開けませんでした: { $reason }
session-page-open = ページはブラウザーのタブですでに開いています。
session-cell-done = { $name } の実行が { $time }で終わりました。
event-of-host = { $host }：{ $text }
session-forward = { $name } は localhost:{ $port } です
session-forward-moved = { $name } は localhost:{ $port } です ({ $taken } は使用中)
session-forward-forbidden = SSH サーバーは { $target } への転送を禁じています: { $reason }
session-nobody = 入力を求める手段がありません
session-port-taken = ローカルポート { $taken } は別のプログラムが使用中のため、{ $port } を使います。
session-password = このサーバーは、タブでパスワードの入力を求めます。
session-other-page = この Jupyter には指定した画面がないため、利用できる画面を開きます。
session-open-to-all = このサーバーにはトークンもパスワードもありません。ホストとローカルコンピューターのすべてのアカウントから利用できます。
session-none-runs = { $host } で実行中のあなたの Jupyter サーバーはありません。
session-lost-launch = 前回 { $host } で起動した Jupyter は、外部から強制終了されました。ログアウト時にプロセスを終了するホストの場合は、`loginctl enable-linger` の利用を管理者に相談するか、スケジューラーを使ってください。
session-ends-at-logout = { $host } はログアウト時にプロセスを終了するため、この接続が終わると Jupyter も終了します。`loginctl enable-linger` の利用を管理者に相談するか、スケジューラーを使ってください。
session-lost-killed = 前回 { $host } で動いていた Jupyter は、メモリ不足のときにシステムが行うように、KILL で強制終了されました。一度に読み込むデータを減らすか、メモリを増やしてください。
session-lost-job = { $node } で Jupyter が動いていたジョブは、外部から終了されました。取り消されたか、実行時間が切れたか、ノードに障害が起きました。
session-lost-restart = { $host } が再起動されたため、前回起動した Jupyter は終了しました。
session-lost-elsewhere = { $node } で起動した Jupyter が、まだ動いている可能性があります。{ $host } は現在 { $here } につながります。使用または終了するには、このホストの `ssh` に { $node } へつながる名前を設定してください。すでに終了している場合は、ホストの { $folder } を削除してください。
session-gone-itself = { $host } の Jupyter は終了しました。
session-gone-launch = { $host } で起動中だった Jupyter を終了しました。
session-gone-signal = { $host } の Jupyter は自分では終了しなかったため、{ $signal } で終了しました。
session-stop-hung = `remote-jupyter stop { $host } --yes` は、カーネルの状態にかかわらずプロセスを終了します。
session-unusable-title = { $host } で起動した Jupyter を利用できません
session-unusable-remedy = `remote-jupyter logs { $host }` で出力を確認してください。サーバーは終了しました。
session-unusable-runs-remedy = 終了するには `remote-jupyter stop { $host }` を、出力を見るには `remote-jupyter logs { $host }` を実行してください。まだ動いています。
session-not-stopped-title = { $host } の Jupyter を停止できませんでした
session-not-stopped-detail = シャットダウンを要求し、続けて TERM と KILL を送りました。
session-not-stopped-remedy = 接続先のプロセスを確認してください。失われたファイルシステムを待っている可能性があります。
session-busy-title = { $host } の Jupyter は実行中のカーネルがあるため、そのまま動いています
session-busy-detail = { $total } 個のカーネルのうち { $busy } 個が実行中です。
session-busy-remedy = `remote-jupyter stop { $host } --yes` で、実行中でも終了できます。
session-none-title = { $host } で実行中のあなたの Jupyter サーバーはありません
session-none-remedy = 接続先で起動するか、launcher を "attach" から "direct" に変えて起動できるようにしてください。
session-sight = Jupyter { $version }、プロセス { $pid }、{ $place }、フォルダー { $root }
session-sight-answers = Jupyter { $version } が転送越しに応答します
session-sight-forwards = リモートホストへの転送は許可されています
session-place-port = ポート { $port }
session-place-socket = ソケット { $path }

dialog-done = 閉じる
dialog-cancel = キャンセル
dialog-copy = コピー
dialog-copied = コピーしました

## キーチェーン (src/desktop/keychain.rs)

keychain-absent = 使えるキーチェーンがありません: { $why }
keychain-refused = キーチェーンがロックされているか、アクセスが拒否されました: { $why }
keychain-failed = キーチェーンがエラーを返しました: { $why }
keychain-label = { $key } のパスフレーズ (Remote Jupyter)

## ログイン項目 (src/desktop/login_item.rs)

autostart-comment = リモートホストのノートブックをタブで開く
autostart-no-program = このプログラムの実行ファイルが見つかりません: { $why }
autostart-odd-path = { $path } は自動起動の設定に書けません。名前を変更してください
autostart-no-folder = 設定を置くホームフォルダがありません
autostart-not-written = { $path }: { $why }
autostart-mac-config = ログイン時はシステムが引数なしでアプリを開くため、{ $path } を指定して起動することはできません
autostart-mac-refused = システムに拒否されました (コード { $code })。「システム設定」＞「一般」＞「ログイン項目」を確認してください
autostart-mac-translocated = Remote Jupyter を「アプリケーション」フォルダへ移動し、そこから開いてください

## バッチジョブ (src/launch/, src/remote/discovery.rs, src/problem/job.rs)

phase-submitting = ジョブを投入中
phase-queued = 待ち行列で待機中
session-gone-job = { $host } のジョブはなくなりました。
job-resumed = { $scheduler } のジョブ { $id } がすでに待っています。引き続き待ちます。
job-no-list = { $scheduler } がジョブの一覧を返さないため、あとでもう一度問い合わせます: { $words }
job-left = ジョブ { $id } は手作業で開始されたものなので、そのままにします。
job-cancel-later = 接続が回復し次第、ジョブ { $id } をキャンセルします。もう一度キャンセルすると、ジョブはキューに残ります。
job-still-queued = { $host } のジョブ { $id } はまだキューにあり、開始されることがあります。
job-not-ended = スケジューラーの一覧にジョブがまだ残っています。リモート側で確認してください。
launch-not-ended = 終了もできませんでした。`remote-jupyter stop` でもう一度終了してください。
job-sight = ジョブ { $id }（{ $name }）: { $state }
launch-sight = ここから起動した Jupyter が動いていますが、応答できる状態ではありません: { $folder }
job-number = ジョブ { $id }
job-starts = 開始予定 ≈ { $time }
job-time-left = 残り { $time }
rehearsal-start = 起動時には { $path } を実行します
rehearsal-taken = { $scheduler } はこのジョブを受け付けます（投入はしていません）: { $words }
rehearsal-queue = { $scheduler } は応答し、キューがあります
rehearsal-open = { $scheduler } にこのジョブを問い合わせた結果です（投入はしていません）: { $words }
rehearsal-held = { $scheduler } はジョブを受け付けますが、解放されるまで保留します。`options` に { $option } があります
rehearsal-never = { $scheduler } はジョブを受け付けますが、開始することはありません（{ $reason }）: 要求は { $wanted }、上限は { $limit } です
rehearsal-refused = { $host } の { $scheduler } はこのジョブを受け付けません（投入はしていません）
rehearsal-refused-remedy = 設定でこのホストのキュー、資源、オプションを変えてください。
job-not-given = { $host } の { $scheduler } に接続できないため、ジョブを投入しませんでした
job-not-given-remedy = スケジューラーのサーバーが動いているときにもう一度お試しください。待ち行列には何も残っていません。
job-not-taken = { $host } の { $scheduler } は投入を受け付けましたが、ジョブがありません
job-not-taken-remedy = コマンドはジョブ ID を出力せず、一覧にもそのジョブがありません。--test-only や -verify のように確認だけを行うオプションが `options` にないか確かめてください。
job-refused = { $host } の { $scheduler } がジョブを受け付けませんでした
job-refused-remedy = 設定でこのホストのキュー、資源、オプションを変えてください。待ち行列には何も残っていません。
job-no-scheduler = { $host } では { $scheduler } を使えません
job-no-scheduler-remedy = ログインシェルの PATH にそのコマンドが必要です。`ssh { $destination }` でコマンドを試し、モジュールの読み込みを ~/.profile に書いてください。
job-other-scheduler = そこにあるのは { $kind } のコマンドです。
job-other-scheduler-remedy = このホストに launcher = "{ $kind }" を設定してください。
job-silent = { $host } の { $scheduler } がジョブの一覧を返しません
job-silent-remedy = スケジューラーが動いているときにもう一度お試しください。ジョブが失われることはありません。
answer-cut = リモートホストからの応答が途中で切れています。
answer-endless = リモートホストからの応答が終わりません。
job-unnumbered = 投入に対する応答が届かなかったため、ジョブ番号が分かりません。
job-unanswered = { $scheduler } が { $host } のジョブを受け付けたかどうか分かりません
job-other-resources = { $host } のジョブ { $id } は別のリソースで始められています
job-other-resources-detail = ホスト自身のジョブは 1 つなので、別のジョブは投入していません。
job-other-resources-remedy = そのまま使うには `remote-jupyter open { $host }` を実行してください。入れ替えるには、先に `remote-jupyter stop { $host }` を実行してください。ジョブを 2 つ使うには、設定にプロファイルを加えてください。
job-other-resources-app = そのまま使うにはホストを選んでください。ジョブを 2 つ使うには、設定にプロファイルを加えてください。
job-uncertain = { $host } のジョブ { $id } がまだあるかどうか、{ $scheduler } から確かな応答がありません
job-uncertain-remedy = 1 分ほど待ってからもう一度お試しください。それまで別のジョブは投入しません。
job-uncertain-folder-remedy = 1 分ほど待ってからもう一度お試しください。それまで別のジョブは投入しません。ジョブが終了していると分かっている場合は、リモートホストのフォルダー { $folder } を削除してください。
job-sight-doubt = ジョブ { $id }: スケジューラーの一覧になく、終了したという応答もありません
job-sight-unnumbered = 投入への応答がなかったジョブ
job-stuck = スケジューラーによると、ジョブ { $id } は現状では開始できません（{ $reason }）。順番を保ったまま待ちます。
job-never = { $host } のジョブ { $id } は、この要求のままでは開始できません
job-never-remedy = ホストの要求（キュー、コア数、メモリー、制限時間、オプション）を変えてから、もう一度開いてください。投入したジョブは待ち行列から取り除きました。
job-ended = { $host } のジョブ { $id } は Jupyter が起動する前に終わりました
job-ended-status = { $host } のジョブ { $id } は Jupyter が起動する前に状態 { $status } で終わりました
job-ended-remedy = ログの最後の行で理由を確認し、直してから、ホストをもう一度開いてください。
job-ended-silent-remedy = スケジューラーかほかのユーザーが終了させていないか、ノードからホームフォルダーを使えるかを確認してください。ログは残っていません。
job-gone = { $host } のジョブ { $id } が終わり、Jupyter も終了しました
job-gone-detail = スケジューラーの一覧にありません。時間切れ、取り消し、ノードの障害のいずれかです。
job-gone-remedy = `{ $command }` で新しく起動します。時間切れなら walltime を長くしてください。
job-time-up = { $host } のジョブ { $id } は制限時間になりました
job-time-up-detail = スケジューラーが制限時間でジョブを終わらせ、Jupyter も終了しました。カーネルのメモリーにあったものは失われますが、保存したノートブックは残っています。
job-time-up-remedy = `{ $command }` で新しく起動します。設定の walltime を長くすると、使える時間が延びます。
job-slow = { $host } のジョブは { $node } で動いていますが、Jupyter が待ち受けていません
job-slow-detail = --timeout で指定した時間が過ぎました。ジョブはそのまま動いています。
job-slow-remedy = `remote-jupyter logs { $host }` を実行してください。自分のジョブスクリプトでは、Jupyter がノード自身のアドレスで待ち受ける必要があります（--ip）。
job-time = { $hours ->
    [0] { $minutes } 分
   *[other] { $hours } 時間 { $minutes } 分
}
notice-job-started = ジョブ { $id } が { $time }待ってから { $node } で開始しました。

## ホスト証明書と失効した鍵 (src/ssh/known_hosts/)

certificate-not-for-hosts = 証明書がホスト用のものではありません
certificate-not-yet = 証明書の有効期間がまだ始まっていません (ローカルコンピューターの時計を確認してください)
certificate-expired = 証明書の有効期限が切れています
certificate-other-name = 証明書に { $host } の名前がありません
certificate-options = 証明書に対応していない条件が含まれています
certificate-algorithm = 証明書の署名方式 { $name } は受け入れられません
certificate-only = ホストの証明書はここでは有効でなく、HostKeyAlgorithms は証明書しか許していません
certificate-forged = ホストの証明書が壊れているか、署名が正しくありません
revoked-keys-line = { $line } 行目は公開鍵ではありません
host-key-no-file = UserKnownHostsFile が none のため、鍵を保存する場所がありません
explain-host-key-short = { $host } の RSA ホスト鍵は { $bits } ビットしかありません。何も送っていません
explain-host-key-short-detail = { $fingerprint } は { $bits } ビットで、RequiredRSASize の { $min } に足りません
explain-host-key-short-remedy = Ed25519 の鍵か { $min } ビット以上の RSA 鍵をホストの管理者に頼んでください。短い鍵を受け入れる場合に限り、~/.ssh/config の RequiredRSASize を下げてください。
explain-host-key-revoked-detail = { $fingerprint } は { $place } で失効しています

## Ways to log in (src/ssh/auth/)

login-certificate = 証明書 { $file }
login-certificate-expired =
    { $days ->
        [0] 本日、有効期限が切れました
       *[other] { $days } 日前に有効期限が切れました
    }
login-certificate-not-yet = まだ有効期間に入っていません
login-agent-nonsense = 応答を解釈できません
login-agent-silent = 応答がありません
login-agent-will-not-sign = 署名が拒否されました
login-waits = { $host } へのログインが { $seconds } 秒間応答していません。あなたの操作を待っている可能性があります。スマートフォンを確認するか、セキュリティキーに触れてください。
login-silent = ログインが { $seconds } 秒間応答しませんでした。スマートフォンでの承認やセキュリティキーへの接触など、あなたの操作を待っていた可能性があります。
login-batch = BatchMode が yes なので、入力を求めません
login-key-no-key = 秘密鍵が含まれていません
login-key-type = 対応していない種類の鍵です
login-key-passphrase = パスフレーズが必要です
login-key-open = 他のユーザーが読み取れるため使用しません（モード { $mode }）: chmod 600 { $file }
login-key-security = セキュリティキーです。ssh-agent を通してのみ使用できます
login-key-sha1 = { $what }: サーバーが受け付けるのは SHA-1 の署名のみです
login-key-other-half = 同じ場所にある公開鍵は別の鍵のものです
explain-auth-said = サーバーからの通知: { $words }
explain-auth-too-many = 試した鍵が多すぎるため、{ $host } が接続を切りました
explain-auth-too-many-remedy = SSH の設定で、使用する鍵を IdentityFile と IdentitiesOnly yes で指定してください。
explain-auth-hung-up = { $user } のログインの途中で { $host } が接続を切りました
explain-auth-hung-up-remedy = アカウントが停止または期限切れか、時間切れの可能性があります。`ssh { $destination }` で確認してください。
explain-password-expired = { $host }: { $user } のパスワードの有効期限が切れています
explain-password-expired-remedy = `ssh { $destination }` で一度ログインし、パスワードを変更してください。
explain-second-factor = { $host } は { $user } の 1 つ目の認証を受け付けましたが、2 つ目の認証を受け付けませんでした
explain-second-factor-remedy = コードと、コードを生成する機器の時刻を確認してから、もう一度お試しください。
explain-key-open = { $host }: 鍵 { $file } は他のユーザーが読み取れるため、使用しませんでした
explain-key-open-remedy = `chmod 600 { $file }` を実行してください。
explain-certificate = { $host }: 証明書が有効期間外です
explain-certificate-remedy = 発行元から新しい証明書を入手してから、もう一度お試しください。
explain-security-key = { $host }: セキュリティキーは ssh-agent を通してのみ使用できます
explain-security-key-remedy = `ssh-add { $file }` で読み込んでください。
explain-pkcs11 = { $host }: PKCS11Provider には対応していません
explain-pkcs11-remedy = `ssh-add -s { $provider }` で、機器の鍵を ssh-agent に読み込んでください。
explain-auth-method = { $host } が提供する認証方式にはどれも対応していません: { $offered }
explain-auth-method-remedy = 鍵またはパスワードでのログインを管理者に依頼してください。Kerberos (GSSAPI) とホストベース認証は ssh でのみ使用できます。
explain-agent = { $host } が { $user } のログインを拒否しました。ssh-agent も応答しませんでした
explain-agent-remedy = `ssh-add -l` で ssh-agent を確認してください。ロックされているか、停止している可能性があります。IdentityAgent none を指定すると使用しません。
explain-algorithms = { $host }: { $keyword } の指定に、対応しているものがありません
explain-algorithms-detail =
    要求: { $asked }
    対応: { $possible }
explain-algorithms-remedy = SSH の設定で、このホストの { $keyword } に対応しているものを追加してください。
explain-no-common-algorithm = { $host } ({ $server }) と共通のアルゴリズムがありません
explain-no-common-algorithm-remedy = このサーバーは SHA-1 にしか対応していません。SHA-1 はもう安全ではないため、接続を拒否します。`ssh -vv { $destination }` でサーバーの対応を確認し、サーバーの更新を依頼してください。
explain-no-common-lists = { $keyword }: サーバーは { $theirs } に、このプログラムは { $ours } に対応しています
explain-post-quantum-remedy = このサーバーは耐量子計算機の鍵交換だけを許可していますが、このプログラムはまだ対応していません。curve25519-sha256 も許可するよう、サーバーの管理者に依頼してください。
explain-no-common-list-remedy = このプログラムのアルゴリズムのどれかを許可するよう、サーバーの管理者に依頼してください。ssh の設定で除外していないかも確認してください。
explain-no-common-unknown-remedy = `ssh -vv { $destination }` でサーバーの対応を確認してください。

## Jump hosts and proxy commands (src/connect/, src/problem/jump_host.rs)

hops-way = { $hops } を経由
hops-name = 踏み台ホスト { $hop }
hops-step = 踏み台ホスト { $hop }: { $step }
hops-shared = 踏み台ホスト { $hop }: 既存の接続を共有します
hops-proxy-said = ProxyCommand の出力: { $said }
hops-proxy-token = ProxyCommand `{ $command }` に %%、%h、%n、%p、%r 以外のパーセント記号があります
hops-proxy-shell = { $value } は、ProxyCommand `{ $command }` を実行するシェルで特別な意味を持ちます
hops-bind-interface = このシステムでは BindInterface { $interface } を使えません。BindAddress を使ってください
hops-waited = 踏み台ホスト { $hop } で待っていました
hops-title = { $host }: { $title }
hops-forbids = { $host } から { $place } への接続は許可されていません
hops-forbids-remedy = { $place } への接続 (AllowTcpForwarding、PermitOpen) を管理者に許可してもらうか、別の踏み台ホストを使ってください。
hops-unreachable = { $host } から { $place } に接続できません
hops-unreachable-remedy = `ssh { $destination }` でログインし、{ $wanted } が動いているか、HostName と Port がそこから見て正しいかを確かめてください。
hops-loop = { $host } までの経路が同じ踏み台ホストに戻るか、踏み台ホストが多すぎます
hops-loop-remedy = ~/.ssh/config の ProxyJump を確かめてください。`ProxyJump none` でそのホストの分を外せます。
openssh-failed = このコンピューターの ssh が { $host } に接続できませんでした
openssh-failed-remedy = 端末で `ssh { $destination }` を実行してください。同じ内容が表示され、`-v` を付けると詳しく表示されます。
openssh-silent = このコンピューターの ssh が { $host } に接続も終了もしません
openssh-denied = { $host } が { $user } の ssh によるログインを拒否しました
openssh-denied-remedy = 端末で `ssh { $destination }` を実行し、どのログイン方法が使えるか確認してください。
openssh-ticket = { $host } には Kerberos チケットが必要ですが、有効なものがありません
openssh-ticket-remedy = `kinit` を実行してから、もう一度試してください。
openssh-missing = { $host } に接続するための ssh がこのコンピューターにありません
openssh-missing-remedy = OpenSSH のクライアントをインストールするか、このホストに `transport = "libssh2"` を設定してください。
hops-proxy-failed = { $host } の ProxyCommand が接続できずに終了しました
hops-proxy-failed-remedy = 端末で直接実行してみてください。SSH サーバーの挨拶が表示されるはずです。
hops-proxy-path = このプログラムの PATH: { $path }
hops-proxy-path-remedy = ProxyCommand にはプログラムの完全なパスを書いてください。デスクトップから起動したアプリの PATH はターミナルと異なります。
hops-proxy-shell-remedy = SHELL に実在するシェルを設定してください。ProxyCommand はそのシェルで実行されますが、{ $shell } を起動できません。

## ログインシェル (src/session/driver/remote_script.rs)

start-up-slow = { $host } のアカウントの起動ファイルがまだ実行中のため、待っています。`ssh { $host }` で内容を確認できます。
session-opens-slowly = { $host } へのログインは済みましたが、セッションの開始に時間がかかっています。ホームフォルダーのマウント中か、あなたの操作を待っている可能性があります。スマートフォンを確認してください。

## HTTPS (src/jupyter/api.rs, src/session/fsm/mod.rs, src/problem/mod.rs)

api-other-certificate = サーバーの証明書が以前と異なるため、何も送信しませんでした: { $why }
session-own-certificate = このサーバーは独自の証明書で HTTPS を使うため、ブラウザーが警告を表示します。SHA-256 フィンガープリントが { $fingerprint } であることを確認してください。
explain-other-certificate-remedy = 新しい証明書での再起動など、変わった理由がわかっている場合は、もう一度開いてください。

## ランチャー (src/desktop/shortcut.rs, src/cli/shortcut.rs)

help-launcher = Spotlight などの検索から開ける、ホストごとのショートカット（アプリ）を作る
help-launcher-host = 設定済みのホスト
help-launcher-list = 作成済みのショートカットを一覧表示
help-launcher-remove = このホストのショートカットを削除
usage-conflict = 引数 '{ $argument }' は '{ $other }' と同時に使えません
launcher-name = Jupyter { $host }
launcher-comment = { $host } のノートブックをタブで開く
launcher-made = { $path } から { $host } を開けるようになりました。
launcher-none = ショートカットはありません。
launcher-none-of = { $host } のショートカットはありません。
launcher-not-configured = （このホストはもう設定にありません）
launcher-taken = { $path } はすでにあり、Remote Jupyter が作ったものではありません
launcher-mac-config = システムは引数なしでアプリを開くため、ショートカットから { $path } を指定して起動することはできません
launcher-title = { $host } のショートカットを変更できませんでした
launcher-remedy = 上の問題を解決してから、もう一度お試しください。
menu-launcher = アプリケーションにショートカットを追加

## アンインストール (src/cli/uninstall.rs)

help-uninstall = ローカルコンピューターに残したもの（ログイン項目、ショートカット、状態、ログ）を削除する
help-purge = 設定も削除する
uninstall-removed = 削除しました: { $what }
uninstall-login-item = ログイン項目
uninstall-keychain = キーチェーンのパスフレーズ { $count } 件
uninstall-app-runs = Remote Jupyter が起動中のため、何も削除していません
uninstall-app-runs-remedy = メニューで「Remote Jupyter を終了」を選んでから、もう一度お試しください。
uninstall-tunnels = トンネルが開いているため（{ $hosts }）、何も削除していません
uninstall-tunnels-remedy = `remote-jupyter close HOST`（例: `remote-jupyter { $first }`）でそれぞれ閉じてから、もう一度お試しください。
uninstall-configuration-stays = 残しました: { $path }。`remote-jupyter uninstall --purge` で一緒に削除できます。
uninstall-servers-here = 残しました: { $path }。ほかのコンピューターがここで起動したサーバーの情報があります。
uninstall-host = { $host } には何もしていません。Jupyter がまだ動いている場合は `remote-jupyter stop { $host }` で停止できます。
uninstall-host-elsewhere = { $config } の { $host } には何もしていません。Jupyter がまだ動いている場合は `remote-jupyter -c { $config } stop { $host }` で停止できます。
not-removed-title = { $path } を削除できませんでした
not-removed-remedy = 手動で削除してください。
keychain-kept-title = キーチェーンにパスフレーズが残っています
keychain-kept-remedy = キーチェーンを管理するアプリで、Remote Jupyter の項目を手動で削除してください。

## 新しいバージョン (src/app/updates.rs)

menu-update = バージョン { $version } を利用できます…
menu-check-updates = アップデートを確認
update-title = バージョン { $version } を利用できます
update-text = 現在お使いのバージョンは { $current } です。変更点と入手方法はリリースのページをご覧ください。
update-show = ページを表示
update-none-title = Remote Jupyter は最新です
update-none-text = お使いのバージョンは { $current } です。
no-release-title = アップデートを確認できませんでした
no-release-remedy = しばらくしてから、もう一度お試しください。ネットワークも確認してください。
release-status = 応答は { $status } でした

## Waiting for a job (src/session/job.rs)

job-place = 待ち順{ $place }番目
job-held = ジョブ { $id } は保留されています（{ $reason }）。解除されるまで、順番を保ったまま待ちます。
job-suspended = { $host } のジョブ { $id } は一時停止中で、Jupyter も止まっています
job-suspended-remedy = ほかのジョブのため、または管理者の操作により、スケジューラーがジョブを一時停止しています。カーネルは再開後に続きから動きます。ジョブが再開してからもう一度お試しになるか、`remote-jupyter stop { $host }` で終了してください。
job-confused-title = { $host } の Jupyter がどれか判別できません
job-confused-detail = ジョブ { $id } ともう一つのジョブが { $node } で自作のスクリプトを実行していて、サーバーが同じころに起動しました。
job-confused-remedy = スクリプトごとに Jupyter のポートを分けて、それぞれのホストの remote_port に設定してください。
scheduler-hangs = （{ $seconds }秒以内に続きの応答がありませんでした）

## Logs of one's own job script (src/session/driver/logs.rs)

log-at-the-end = { $path } はまだありません。スケジューラはジョブの出力を終了時に届けます。

## 使われていないために終了したサーバー

idle-ended-title = { $host } の Jupyter は、使われていなかったため終了しました
idle-ended-detail = idle_stop に指定した時間、使われていませんでした。
idle-ended-remedy = もう一度開くと、新しく起動します。カーネルで計算し、保存していなかったものは残っていません。

## ジョブの時間 (src/session/walltime.rs, src/cli/extend.rs)

job-time-up-of = { $host } のジョブ { $id } は制限時間（{ $time }）になりました
time-short = ジョブ { $id } はあと { $time }で制限時間になります。ノートブックを保存してください。カーネルのメモリーにあるものは失われます。
time-longer = ジョブ { $id } は { $until } まで動きます（残り { $time }）。
extend-refused = { $scheduler } は { $host } のジョブの時間を延長しませんでした
extend-refused-remedy = サイトの管理者に延長を依頼するか、作業を保存してから、walltime を長くして起動し直してください。
extend-no-command = { $scheduler } には、実行中のジョブの終了を延ばすコマンドがありません。
extend-same-end = コマンドは受け付けられましたが、ジョブの終了時刻は変わっていません。
extend-no-end = { $host } には、制限時間のある実行中のジョブがありません
extend-no-end-remedy = まず walltime を設定して `remote-jupyter open { $host }` を実行してください。延長できるのは、walltime のある実行中のバッチジョブだけです。
help-extend = Jupyter が動いているジョブの時間を延長する
help-forward = リモートホストの別のポートをこのコンピューターで開く
help-forward-port = リモート側のポート（6006 など。別のマシンなら node17:6006）
help-extend-time = 延長する時間。H:MM:SS または D-HH:MM:SS（省略時は 1:00:00）
menu-extend = 1 時間延長
menu-start-again = もう一度起動
notice-short = { $host }: 残り { $time }
notice-longer = { $host } の時間が延びました
notice-start-again = クリックするともう一度起動します。
notice-start-again-with = クリックすると { $notebook } でもう一度起動します。

## 計算ノードへの経路（src/problem/node_route.rs、src/session/fsm/route.rs、src/connect/node.rs）

route-hop = ログインノードのセッションを通した { $node }（{ $address }）への SSH セッション
route-step = ノード { $node }: { $step }
route-moves = { $why }。ノード自身のアドレスで Jupyter を起動し直します。
route-sight = { $node } への経路: { $route }
route-sight-hop = ログインノードのセッションを通した SSH セッション
route-sight-address = ログインノードからノードのアドレスへの接続
route-sight-relay = ジョブの横で動くスケジューラーのコマンド
route-no-hop = { $node } は { $host } の SSH セッションを受け付けません
route-no-hop-remedy = 自分のジョブが動いているノードに SSH で入れるかどうかを、サイトの管理者に確かめてください。bind = "node" にすると Jupyter はノード自身のアドレスで待ち受けるので、セッションは要りません。bind = "auto" なら使える方法を自動で選びます。
route-barred = { $by } は { $host } の Jupyter への接続を通しません
route-barred-remedy = 管理者に許可（AllowTcpForwarding、PermitOpen）を頼むか、別の方法も試す bind = "auto" のままにしてください。
route-forbidden = { $host } の SSH サーバーは Jupyter への転送を禁じています
route-forbidden-remedy = 管理者に 127.0.0.1 または localhost への転送の許可（AllowTcpForwarding、PermitOpen）を頼むか、bind = "socket" を試してください。
route-socket = { $host } の SSH サーバーが Jupyter のソケットへの接続を拒否しました
route-socket-remedy = bind = "loopback" を設定して、動いているサーバーを停止してください。または、ソケットへの転送の許可（AllowStreamLocalForwarding）を管理者に依頼してください。
route-not-there = ランタイムファイルにある Jupyter サーバーは { $node } で動いていません（{ $host }）
route-not-there-remedy = ジョブスクリプトの Jupyter がノード自身のアドレスで待ち受けるようにする（--ip）か、そのジョブを終了してから { $host } をもう一度開いてください。
route-none = { $node } で Jupyter が待ち受けている場所への経路がありません（{ $host }）
route-kept = { $host } のジョブの Jupyter はローカルコンピューターからは届かず、使用中です
route-kept-remedy = 届くコンピューターから使うか、`remote-jupyter stop { $host }` で終了してからホストをもう一度開いてください。カーネルはそのまま動いています。

## Kernels that cannot be counted (src/session/fsm/mod.rs, src/ssh/prompt.rs)

ask-end-uncounted = { $host } のカーネルは数えられず、実行中のものがあるかもしれません。それでも終了しますか。yes か no を入力してください (yes/no)
session-uncounted-title = { $host } の Jupyter はカーネルを数えられないため、そのまま動いています
session-uncounted-detail = パスワードだけで入るサーバーからは、カーネルの状態が分かりません。実行中のものがあるかもしれません。

## Relays through a scheduler
relay-silent = 中継が 45 秒以内に応答しませんでした
relay-ended = 中継がメッセージを出さずに終了しました
route-no-relay = { $scheduler } は { $host } のジョブの中でコマンドを実行させません
route-no-relay-remedy = Grid Engine では、cores = 2 と、control_slaves が有効な並列環境を設定してください。2 スロット以上のジョブだけで実行できます。Slurm では実行中のどのジョブでも実行できます。
route-no-way = { $node } の Jupyter への経路がありません（{ $host }）

## Remedies where the app is what the user has in front of them (src/problem/code.rs)
explain-start-slow-app = { $host } をもう一度開くと続きを待てます。出力は「ログを表示」で確認できます。
explain-timed-out-app = メニューで { $host } をクリックすると、もう一度試します。毎回時間がかかる場合は、「ヘルプ」>「ログを表示」でどの段階が遅いかを確認できます。
explain-login-silent-app = スマートフォンやセキュリティキーを手元に用意して、メニューで { $host } をクリックしてください。
server-ended-app = { $host } をもう一度開くと、新しく起動します。終了の理由は「ログを表示」で分かることがあります。
session-unusable-app = { $host } の「ログを表示」で出力を確認してください。サーバーは終了しました。
session-unusable-runs-app = { $host } の「ログを表示」で出力を確認してください。まだ動いているので、ホストで終了してください。
session-busy-app = 終了するには、{ $host } の「Jupyter を停止…」をもう一度選び、「それでも停止」を選んでください。
explain-no-page-app = ホストにインストールしてから、{ $host } の Jupyter を停止し、もう一度接続してください。起動後にインストールしたものは認識されません。
job-slow-app = { $host } の「ログを表示」を選んでください。自分のジョブスクリプトでは、Jupyter がノード自身のアドレスで待ち受ける必要があります（--ip）。
job-suspended-app = ほかのジョブのため、または管理者の操作により、スケジューラーがジョブを一時停止しています。カーネルは再開後に続きから動きます。ジョブが再開してから、メニューで { $host } をクリックしてください。
extend-no-end-app = { $host } に walltime を設定して、新しいジョブを開始してください。延長できるのは、walltime のある実行中のバッチジョブだけです。
route-kept-app = 届くコンピューターから使うか、{ $host } の Jupyter を停止してからホストをもう一度開いてください。カーネルはそのまま動いています。
explain-died-app = 「詳細…」または「ログを表示」で最後の出力を確認し、ホストで同じことを手動で試してください。
explain-died-setup-app = 「詳細…」または「ログを表示」で最後の出力を確認し、`setup` の行をホストで手動で試してください。
cli-notebook-outside-app = Jupyter が起動するフォルダー（設定の `workdir`）からの相対パスを入力してください（例: sub/plots.ipynb）。
explain-report-app = 「ヘルプ」>「診断情報をコピー」の内容を添えて報告してください。

## 設定ページの項目: 設定のキーと説明 (src/config/fields.rs)

field-default-host = 既定のホスト
field-default-host-help = 名前のない `open` と、2 回目のアプリの起動で開くホスト。既定: 設定にあるただ 1 つのホスト
field-browser = ブラウザー
field-browser-help = プログラム。Mac ではアプリケーションの名前。既定: システムのブラウザー
field-open-at-start = 起動時に開くホスト
field-open-at-start-help = アプリの起動時に開くホスト。ネットワークがなければ 5 分間試します
field-language = 言語
field-language-help = すべてのテキストとヘルプの言語: `en` か `ja`。既定: システムの言語 (`LC_ALL`、`LC_MESSAGES`、`LANG`)
field-check-updates = アップデートの確認
field-check-updates-help = 問い合わせ先のあるビルドで、アプリが 1 日に 1 回、新しいバージョンを確認するかどうか。既定: `true`
field-cell-done-after = セルの完了の通知
field-cell-done-after-help = この時間以上かかった実行が終わると通知する：`30s`、`10m`、`2h`、または `never`。設定の後に開いたホストで有効。既定: `1m`
field-on-event = イベント用のコマンド
field-on-event-help = ホストの各イベントを JSON で標準入力に受け取る、`/bin/sh` のコマンド行
field-host = ホスト
field-host-help = 見出し 1 つにつきホスト 1 つ
field-name = 名前
field-name-help = メニューの表示名で、コマンドで使う名前
field-ssh = SSH の接続先
field-ssh-help = エイリアス、`user@host`、または `ssh://user@host:port`。既定: `name`
field-launcher = Jupyter の起動方法
field-launcher-help = Jupyter の起動方法。既定の `direct`: 動いていなければ、ホストのプロセスとして起動。`attach`: 起動しない。その他: バッチジョブとして
field-app = アプリケーション
field-app-help = 起動して開くもの。既定: `lab`、なければ `notebook`
field-command = コマンド
field-command-help = `app` の代わりに使う自分のコマンドライン。Jupyter のオプションが後に付きます: `--no-browser --ip=127.0.0.1 --port=… --port-retries=0`、または `--sock=…`
field-args = 引数
field-args-help = Jupyter へのその他のオプション。1 行に 1 語、そのまま渡されます
field-workdir = 作業フォルダー
field-workdir-help = Jupyter を起動するフォルダー。そこで動いているサーバーが優先されます。既定: ホームフォルダー
field-setup = 準備の行
field-setup-help = Jupyter の起動前にログインシェルで実行する行。失敗した行があれば起動しません
field-env = 環境変数
field-env-help = プログラムが起動するサーバーの環境変数
field-base-url = ベース URL
field-base-url-help = プログラムが起動するサーバーのアドレスの先頭のパス。ブラウザーのアドレス欄にホストを示し、ホストのクッキーを別のホストのサーバーから守ります。既定: `/NAME/`。プロファイルの名前は `~` の後に続きます
field-local-port = ローカルポート
field-local-port-help = 手元のコンピューターのポート。既定: 空いているポート。ホストごとに記憶されます
field-remote-port = リモートポート
field-remote-port-help = リモートホストでのサーバーのポート。ほかのポートのサーバーは対象外になります。既定: すべて
field-bind = 待ち受け先
field-bind-help = プログラムが起動するサーバーの待ち受け先。`loopback`、`socket` (自分だけが開ける Unix ソケット)、`node` (ジョブのノードのアドレス)、既定の `auto`: 使えるもののうち最も安全なもの
field-transport = SSH の方式
field-transport-help = SSH 接続を行うもの。`libssh2` (プログラムに付属)、`openssh` (このコンピューターの `ssh`)、既定の `auto`: `libssh2`、または自分の `ssh` がすでに開いている接続 (`ControlMaster`)
field-queue = キューまたはパーティション
field-queue-help = スケジューラーのキューまたはパーティション
field-cores = コア数
field-cores-help = ジョブの CPU コア数
field-memory = メモリー
field-memory-help = ジョブのメモリー: 数値の後に `K`、`M`、`G`、`T`
field-gpus = GPU 数
field-gpus-help = ジョブの GPU 数
field-walltime = 制限時間
field-walltime-help = ジョブの最長時間: `H:MM:SS`、日数を付けるときは `D-HH:MM:SS`
field-parallel-environment = 並列環境
field-parallel-environment-help = SGE の並列環境
field-options = スケジューラーのオプション
field-options-help = スケジューラーの投入コマンドへのその他のオプション。1 行に 1 語、そのまま渡されます
field-job-script = ジョブスクリプト
field-job-script-help = 生成されるジョブの代わりに使う、リモートホストにある自分のジョブスクリプト。パスは `workdir` から
field-poll-seconds = 問い合わせの間隔 (秒)
field-poll-seconds-help = ジョブを待つ間、スケジューラーへの問い合わせの最短の間隔 (秒)。既定: 15
field-on-quit = アプリの終了時
field-on-quit-help = アプリの終了時にサーバーをどうするか。`stop` も、カーネルが実行中のサーバーは残します。既定: `keep`
field-idle-stop = 使われないときの終了
field-idle-stop-help = この時間使われなかったサーバーを終了: `90s`、`30m`、`2h`、`1d`。既定: 終了しない
field-remember = パスフレーズの保存
field-remember-help = アプリで、鍵のパスフレーズを確認なしでシステムのキーチェーンに保存。コマンドラインでは無視されます。既定: `false`
field-forwards = その他のポート
field-forwards-help = トンネルと同じ間だけ開いている、その他のポート
field-forward-name = 名前
field-forward-name-help = メニューの表示名
field-forward-remote = ホストとポート
field-forward-remote-help = リモートホストから見たホストとポート。`6006` だけならループバックアドレス
field-forward-local-port = ローカルポート
field-forward-local-port-help = 手元のコンピューターのポート。既定: 空いているポート。トンネルが開くときに表示されます

## 設定ページ (src/settings/texts.rs, form.rs, answers.rs, src/cli/settings.rs)

help-settings = 設定ページをブラウザーで開く。閉じるか Ctrl-C を押すと終了
help-settings-no-browser = ブラウザーを開かず、ページの 1 回限りのアドレスを表示
settings-is-open = 設定ページをブラウザーで開きました。終了するには、ページを閉じるか Ctrl-C を押してください。
settings-title = 設定
settings-script-needed = このページには JavaScript が必要です。127.0.0.1 で許可するか、`remote-jupyter config edit` を実行してください。
settings-enter = 設定を開く
settings-enter-text = Remote Jupyter の設定です。このコンピューターでだけ開きます。
settings-used = このアドレスは使用済みです
settings-used-text = アドレスで設定を開けるのは 1 回だけです。新しいアドレスは、メニューの「設定…」を選ぶか、`remote-jupyter settings` を実行してください。
settings-refused = ここでは設定を開いていません
settings-hosts = ホスト
settings-general = 一般
settings-file = 設定ファイル
settings-add = ホストを追加
settings-add-intro = SSH の設定にあるホストを選ぶか、ssh に渡せる接続先を入力してください。
settings-add-none = SSH の設定には、ほかのホストがありません。
settings-add-aliases = SSH の設定から
settings-add-other = ほかの接続先
settings-add-button = 追加
settings-add-alias = { $host } を追加
settings-added = { $host } を追加しました。接続を確認するか、Jupyter の起動方法を設定してください。
settings-welcome = ようこそ。Jupyter はどのコンピューターで動きますか。
settings-more = その他の設定
settings-save = 保存
settings-discard = 変更を破棄
settings-unsaved = 保存していない変更があります
settings-saved = 保存しました
settings-not-saved = 保存していません。印の付いた項目を直してください
settings-changed = ほかのプログラムがファイルを変更したため、保存していません。読み込み直してから、もう一度変更してください。
settings-load-again = 読み込み直す
settings-default = 既定
settings-only-host = 唯一のホスト
settings-system = システムの設定
settings-each-line = 1 行に 1 つ
settings-add-row = ポートを追加
settings-remove-row = { $name } を削除
settings-check = 接続を確認
settings-check-stop = 中止
settings-checking = { $host } を確認しています…
settings-checked-good = { $host } はクリックで開けます
settings-checked-bad = { $host } はまだ開けません
settings-verdict-good = 合格
settings-verdict-note = 参考
settings-verdict-failed = 失敗
settings-save-first = 先に変更を保存してください。確認にはファイルの内容を使います。
settings-seconds = { $seconds } 秒
settings-remove = ホストを削除…
settings-remove-ask = { $host } を削除しますか
settings-remove-text = このホストの設定がすべて設定ファイルから削除されます。ホストの側は何も変わりません。
settings-remove-yes = 削除
settings-cancel = キャンセル
settings-removed = { $host } を削除しました
settings-broken = 設定に誤りがあります
settings-broken-text = エディターでファイルを直してから、このページを読み込み直してください。
settings-closed = 設定は閉じています
settings-again-terminal = もう一度開くには `remote-jupyter settings` を実行してください。
settings-again-app = もう一度開くには、メニューの「設定…」を選んでください。
settings-leave = このページの保存していない変更を破棄しますか
settings-failed = 実行できませんでした。このページを読み込み直してください。
settings-asks-terminal = 設定を開いたターミナルで、問い合わせに答えてください。
settings-asks-app = ダイアログの問い合わせに答えてください。
settings-ask-choices = { $host } の選択肢を調べる
settings-ask-choices-help = ログインして、キュー、空きノード、GPU、アカウント、環境の一覧を取得します。何も起動しません。
settings-asking-choices = { $host } に問い合わせています…
settings-no-choices = { $host } にはキュー、環境、モジュールの一覧がありません
settings-offers = { $host } にあるもの:
settings-add-module = モジュールを追加…
settings-free = 空き { $count }
settings-share = 設定を共有…
settings-share-title = { $host } の設定
settings-share-text = 共有したい人に送ると、「ホストを追加」で追加できます。送る前に内容を確認してください。
settings-share-left-out = 個人的なもの、または秘密の可能性があるため、含まれていません:
settings-copy = コピー
settings-copied = コピーしました
settings-close = 閉じる
settings-add-shared = 共有された設定
settings-add-shared-text = ここに貼り付け、内容を読んでください。ホストを開くと、`setup` と `command` はホストであなたとして実行されます。
import-only-hosts = ホストの設定ではありません
import-only-hosts-remedy = 「設定を共有…」で表示された、[[host]] で始まるテキストを貼り付けてください。
settings-group-app = 開くもの
settings-group-language = 言語とアップデート
settings-group-events = 通知
settings-group-host = ホスト
settings-group-job = バッチジョブ
settings-group-environment = 環境
settings-group-jupyter = Jupyter の設定
settings-group-more-job = スケジューラー
settings-group-connection = 接続
settings-group-end = 終了
no-settings-title = 設定ページを開けませんでした
no-settings-remedy = ほかのプログラムをいくつか終了してからもう一度試すか、`remote-jupyter config edit` を実行してください。
