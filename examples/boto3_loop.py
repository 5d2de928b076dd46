import time
from pathlib import Path

import pandas as pd

from glueml_core import FindMatches, connect
from glueml_core.samples import KEY, answer, febrl_people

people, truth = febrl_people()  # your table, and what you know about it
here = Path.cwd().as_uri()
people.to_csv("people.csv", index=False)

glue = connect()  # unmodified boto3, answered in this process
glue.create_database(DatabaseInput={"Name": "crm"})
columns = [{"Name": name, "Type": "string"} for name in people]
storage = {"Columns": columns, "Location": f"{here}/people.csv"}
table = {"Name": "people", "StorageDescriptor": storage, "Parameters": {"classification": "csv"}}
glue.create_table(DatabaseName="crm", TableInput=table)
transform = glue.create_ml_transform(
    Name="people",
    Role="GlueML",
    InputRecordTables=[{"DatabaseName": "crm", "TableName": "people"}],
    Parameters={
        "TransformType": "FIND_MATCHES",
        "FindMatchesParameters": {"PrimaryKeyColumnName": KEY},
    },
)["TransformId"]


def wait(started: dict) -> None:
    run = {"Status": "STARTING"}
    while run["Status"] in ("STARTING", "RUNNING"):
        time.sleep(0.5)
        run = glue.get_ml_task_run(TransformId=transform, TaskRunId=started["TaskRunId"])
    print(run["Properties"]["TaskType"], run["Status"], run.get("ErrorString", ""))


to = {"TransformId": transform, "OutputS3Path": f"{here}/labels"}
wait(glue.start_ml_labeling_set_generation_task_run(**to))
file = next(Path("labels").glob("*.csv"))
questions = pd.read_csv(file, dtype=str, keep_default_na=False)
answer(questions, truth, KEY).to_csv(file, index=False)  # you, in a spreadsheet
wait(glue.start_import_labels_task_run(TransformId=transform, InputS3Path=f"{here}/{file}"))
wait(glue.start_ml_evaluation_task_run(TransformId=transform))
print(glue.get_ml_transform(TransformId=transform)["EvaluationMetrics"]["FindMatchesMetrics"])

matches = FindMatches.apply(frame=people, transformId=transform)
print(matches.sort_values("match_id").head(10))
