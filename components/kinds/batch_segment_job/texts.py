"""What the schemas say of a batch segment job beyond AWS's service models.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchSegmentJob.html
"""

# Shape.member -> keywords; each is a sentence of the member's page
PROSE = {
    # "The maximum number of users per segment is 5 million."
    "CreateBatchSegmentJobRequest.numResults": {"minimum": 1, "maximum": 5_000_000},
}

# shape -> what a value of its pattern looks like
PATTERN_TEXTS = {"Arn": "is not the ARN of a Personalize resource"}

# keyword -> Shape.member -> its value, in our own words
TEXTS = {
    "description": {
        "CreateBatchSegmentJobRequest.jobName": "The stem of the job's name; 14 characters are added, because a name can never be used again.",
        "CreateBatchSegmentJobRequest.solutionVersionArn": "A version trained with a USER_SEGMENTATION recipe. ${personalize.latest(<solution ARN>)} is the newest active one.",
        "CreateBatchSegmentJobRequest.filterArn": "A filter that removes users from the segments.",
        "CreateBatchSegmentJobRequest.numResults": "How many users the segment of each input record gets.",
        "CreateBatchSegmentJobRequest.jobInput": "A file of JSON lines, an item or an expression of item attributes each; or a prefix that ends with /.",
        "CreateBatchSegmentJobRequest.jobOutput": "A prefix that ends with /; the results are <input file>.out.",
        "CreateBatchSegmentJobRequest.roleArn": "The role that Personalize assumes to read the input and to write the output.",
        "CreateBatchSegmentJobRequest.tags": "At most 44; six more are added. Changed in place.",
    },
    "examples": {
        "CreateBatchSegmentJobRequest.solutionVersionArn": [
            "arn:aws:personalize:us-east-1:123456789012:solution/item-affinity/33333333"
        ],
        "CreateBatchSegmentJobRequest.numResults": [100],
        "CreateBatchSegmentJobRequest.tags": [[{"tagKey": "team", "tagValue": "growth"}]],
    },
}
