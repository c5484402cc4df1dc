#!/usr/bin/env bash
# The same as __main__.py, with AWS CLI commands: environment, policy, queue, two quota shares.
# Run it once; AWS refuses a second environment or queue of the same name.
set -euo pipefail
name="${1:-training}"

wait_until_valid() { # <what> <command...>: new things take a moment; what is not VALID cannot be referred to
  local what="$1" status=""
  shift
  for _ in $(seq 60); do
    status="$("$@" --output text)"
    case "$status" in
      VALID) return ;;
      INVALID) echo "$what is INVALID" >&2; exit 1 ;;
    esac
    sleep 2
  done
  echo "$what is still $status" >&2
  exit 1
}

environment=$(aws batch create-service-environment \
  --service-environment-name "$name-environment" \
  --service-environment-type SAGEMAKER_TRAINING \
  --state ENABLED \
  --capacity-limits capacityUnit=ml.g5.xlarge,maxCapacity=2 capacityUnit=ml.m5.xlarge,maxCapacity=4 \
  --tags team=ml \
  --query serviceEnvironmentArn --output text)
wait_until_valid "the environment" aws batch describe-service-environments \
  --service-environments "$environment" --query 'serviceEnvironments[0].status'

policy=$(aws batch create-scheduling-policy \
  --name "$name-quota" \
  --quota-share-policy idleResourceAssignmentStrategy=FIFO \
  --tags team=ml \
  --query arn --output text)

queue=$(aws batch create-job-queue \
  --job-queue-name "$name" \
  --job-queue-type SAGEMAKER_TRAINING \
  --state ENABLED \
  --priority 1 \
  --scheduling-policy-arn "$policy" \
  --service-environment-order order=1,serviceEnvironment="$environment" \
  --tags team=ml \
  --query jobQueueArn --output text)
wait_until_valid "the queue" aws batch describe-job-queues \
  --job-queues "$queue" --query 'jobQueues[0].status'

share() { # <name> <capacity limits...>
  local share_name="$1"
  shift
  aws batch create-quota-share \
    --quota-share-name "$share_name" \
    --job-queue "$queue" \
    --state ENABLED \
    --capacity-limits "$@" \
    --resource-sharing-configuration strategy=LEND_AND_BORROW,borrowLimit=100 \
    --preemption-configuration inSharePreemption=ENABLED \
    --tags team=ml \
    --query quotaShareArn --output text
}
share growth capacityUnit=ml.m5.xlarge,maxCapacity=2
share research capacityUnit=ml.g5.xlarge,maxCapacity=2 capacityUnit=ml.m5.xlarge,maxCapacity=2

echo "jobQueue: $name"
