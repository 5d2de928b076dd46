#!/usr/bin/env bash
# AWS's own FindMatches tutorial, command by command, against a server of one's own.
#
#   set -a; source .env; set +a
#   GLUE_ENDPOINT=http://localhost:4568 S3_ENDPOINT=http://localhost:8333 deploy/smoke.sh
#
# Needs the AWS CLI, and a Python that has glueml, for a person who knows the answers.
set -euo pipefail
: "${GLUE_ENDPOINT:?}" "${S3_ENDPOINT:?}"
: "${GLUEML_ACCESS_KEY_ID:?}" "${GLUEML_SECRET_ACCESS_KEY:?}"
: "${S3_ACCESS_KEY_ID:?}" "${S3_SECRET_ACCESS_KEY:?}"
export AWS_DEFAULT_REGION=${AWS_REGION:-us-east-1} AWS_PAGER= AWS_EC2_METADATA_DISABLED=true
python=${PYTHON:-python}
bucket=${BUCKET:-glueml-smoke}
work=$(mktemp --directory)
trap 'rm -r "$work"' EXIT

glue() {
    AWS_ACCESS_KEY_ID=$GLUEML_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$GLUEML_SECRET_ACCESS_KEY \
        aws --endpoint-url "$GLUE_ENDPOINT" --output text glue "$@"
}

s3() {
    AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$S3_SECRET_ACCESS_KEY \
        aws --endpoint-url "$S3_ENDPOINT" s3 "$@"
}

finish() { # Wait for a task run's end, as everybody must: by asking again and again.
    local status
    while true; do
        status=$(glue get-ml-task-run --transform-id "$transform" --task-run-id "$1" \
            --query Status)
        case $status in
            SUCCEEDED) return ;;
            FAILED | STOPPED | TIMEOUT)
                glue get-ml-task-run --transform-id "$transform" --task-run-id "$1" >&2
                return 1
                ;;
        esac
        sleep 2
    done
}

echo "== A table of people in S3"
"$python" - "$work" <<'PYTHON'
import sys
from pathlib import Path
from glueml_core.samples import febrl_people

people, _ = febrl_people(persons=300)
people.to_csv(Path(sys.argv[1], "people.csv"), index=False)
columns = ",".join(f"{{Name={column},Type=string}}" for column in people)
Path(sys.argv[1], "columns").write_text(columns)
PYTHON
s3 mb "s3://$bucket" >/dev/null
s3 cp --only-show-errors "$work/people.csv" "s3://$bucket/people/people.csv"

echo "== Its place in the Data Catalog"
storage="Columns=[$(cat "$work/columns")],Location=s3://$bucket/people/"
format="classification=csv,skip.header.line.count=1"
glue create-database --database-input Name=demo
glue create-table --database-name demo \
    --table-input "Name=people,Parameters={$format},StorageDescriptor={$storage}"

echo "== A transform"
tuning="PrecisionRecallTradeoff=0.9,AccuracyCostTradeoff=1,EnforceProvidedLabels=false"
parameters="PrimaryKeyColumnName=person_id,$tuning"
transform=$(glue create-ml-transform --name demo --role AWSGlueServiceRoleDefault \
    --input-record-tables DatabaseName=demo,TableName=people \
    --glue-version 1.0 --worker-type G.2X --number-of-workers 3 \
    --parameters "TransformType=FIND_MATCHES,FindMatchesParameters={$parameters}")
echo "$transform"

echo "== Labeling sets"
run=$(glue start-ml-labeling-set-generation-task-run --transform-id "$transform" \
    --output-s3-path "s3://$bucket/labelsets")
finish "$run"
s3 cp --recursive --only-show-errors "s3://$bucket/labelsets/" "$work/labelsets/"

echo "== Labels"
"$python" - "$work" <<'PYTHON'
import sys
from pathlib import Path
import pandas as pd
from glueml_core.samples import KEY, answer, febrl_people

[sets] = Path(sys.argv[1], "labelsets").glob("*.csv")
_, truth = febrl_people()
answer(pd.read_csv(sets, dtype=str), truth, KEY).to_csv(Path(sys.argv[1], "labels.csv"), index=False)
PYTHON
s3 cp --only-show-errors "$work/labels.csv" "s3://$bucket/labels/labels.csv"
run=$(glue start-import-labels-task-run --transform-id "$transform" \
    --input-s3-path "s3://$bucket/labels/labels.csv")
finish "$run"
glue get-ml-transform --transform-id "$transform" --query '[Status, LabelCount]'

echo "== Its quality, estimated"
finish "$(glue start-ml-evaluation-task-run --transform-id "$transform")"
glue get-ml-transform --transform-id "$transform" \
    --query 'EvaluationMetrics.FindMatchesMetrics.[Precision, Recall, F1]'

echo "== The labels, exported"
finish "$(glue start-export-labels-task-run --transform-id "$transform" \
    --output-s3-path "s3://$bucket/exports")"
s3 ls "s3://$bucket/exports/"

glue get-ml-task-runs --transform-id "$transform" \
    --query 'TaskRuns[].[Properties.TaskType, Status, ExecutionTime]'
echo "It works: $transform"
