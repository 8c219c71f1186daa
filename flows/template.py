"""The commented calfwise.toml that `calfwise init` writes."""

TEMPLATE = """\
# calfwise: one installation. Delete a line to get its default back.

[athletes.me]
{timezone}
# hr_rest = 50            # resting heart rate; with hr_max and sex it gives TRIMP
# hr_max = 185
# sex = "female"          # or "male"; TRIMP weighs heart rate differently
# units = "km"            # or "mi"
# morning_at = "06:30"    # when the letter is dated
# email = "me@example.org"
# subject = "plain"       # or "neutral": subject and preview tell nothing, for a shared screen
# birth_year = 1980
# previous_calf_strain = false
# strike = "rear"         # or "mid", "fore": how your foot lands; it weighs in calf load
# cadence_at_3_mps = 165  # your steps a minute at 3.0 m/s (5:33 a km), both feet, for calf load

# Where files come from. complete = true says that no run is anywhere else, so that a day without
# a file is a day of rest and not an unknown day.
{source}

[mail]
# sender = "calfwise <calfwise@localhost>"
# reply_to = "me@example.org"   # where you read an answer that came by mail
# sink = "folder"         # or "smtp": to runners with an email; the others' stay in the folder
# host = "smtp.example.org"
# port = 587
# security = "starttls"   # or "tls" (port 465), or "none" for a server on this machine
# user = "me"             # the password: CALFWISE_MAIL_PASSWORD, or the file
# password_file = "~/.calfwise-mail-password"
# ca_file = "/etc/ssl/own.pem"  # trusted instead of the system's certificates
# until = "20:00"         # on the runner's clock: not sent later, for it is of no use then
# domain = "calfwise.local"     # of Message-IDs; take your own
# when_unknown = "retry"  # or "hold": a letter may have arrived although the connection was lost

[page]
# public_url = "https://calves.example.org"  # without it letters hold no link to the page
# host = "127.0.0.1"      # what `calfwise serve` listens on
# port = 8642
# checkin_hours = 36      # how long the links of a letter can be answered by
# look_days = 30          # how long a link to the dashboard is good for

[store]
# database_url = "sqlite:////somewhere/else/calfwise.sqlite"

[engine]
# name = "prefect"        # or "plain": the same work without Prefect, at once
# workers = 2             # processes that read files; default: one for each core

# How much is believed of files before they count as an attack. A file that was refused over a limit
# is read with another one by `calfwise backfill FILE`.
[limits]
# file_mb = 100           # one file, unpacked
# archive_mb = 5000       # everything in one archive, unpacked
# archive_files = 100000
# archive_depth = 2       # archives inside each other
# inner_archive_mb = 1000 # an archive inside an archive; it is held in memory
# ratio = 200             # unpacked size by packed size
# xml_depth = 64          # elements of GPX or TCX inside each other
# xml_namespaces = 64     # different namespaces in one GPX or TCX file
# file_activities = 2000  # tracks in one GPX file, activities in one TCX file
# fit_messages = 2000000  # messages in one FIT file
# worker_mb = 2000        # memory of a process that reads
# cpu_s = 30              # computing on one file
# wall_s = 90             # waiting for one file
# still_s = 5             # a file that reads badly is looked at again when it is this old
"""
