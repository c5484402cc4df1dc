"""What the schemas say of a batch inference job beyond AWS's service models: our words, and rules that AWS states in prose.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

# Shape.member -> keywords; each is a sentence of the member's page
PROSE = {
    # "The number of recommendations to retrieve."
    "CreateBatchInferenceJobRequest.numResults": {"minimum": 1},
}

# shape -> what a value of its pattern looks like
PATTERN_TEXTS = {
    "Name": "must consist of letters, digits, - and _, and start with a letter or digit",
    "Arn": "is not the ARN of a Personalize resource",
    "ColumnName": "is not the name of a column: letters, digits and _",
}

# keyword -> Shape.member -> its value, in our own words
TEXTS = {
    "description": {
        "CreateBatchInferenceJobRequest.jobName": "The stem of the job's name; 14 characters are added, because a name can never be used again.",
        "CreateBatchInferenceJobRequest.solutionVersionArn": "The trained solution version. ${personalize.latest(<solution ARN>)} is the newest active one.",
        "CreateBatchInferenceJobRequest.filterArn": "A filter that removes items from the recommendations.",
        "CreateBatchInferenceJobRequest.numResults": "How many items each user or item gets.",
        "CreateBatchInferenceJobRequest.jobInput": "A file of JSON lines, or a prefix that ends with /.",
        "CreateBatchInferenceJobRequest.jobOutput": "A prefix that ends with /; the results are <input file>.out.",
        "CreateBatchInferenceJobRequest.roleArn": "The role that Personalize assumes to read the input and to write the output.",
        "CreateBatchInferenceJobRequest.batchInferenceJobMode": "THEME_GENERATION adds a theme to each batch of similar items, and needs themeGenerationConfig.",
        "CreateBatchInferenceJobRequest.themeGenerationConfig": "The column of the Items dataset that holds the item's name.",
        "BatchInferenceJobConfig.itemExplorationConfig": 'User-Personalization only. Values are strings: explorationWeight "0" to "1", explorationItemAgeCutOff in days.',
        "BatchInferenceJobConfig.rankingInfluence": "How much POPULARITY and FRESHNESS count, 0.0 to 1.0.",
        "CreateBatchInferenceJobRequest.tags": "At most 44; six more are added. Changed in place.",
    },
    "default": {
        "CreateBatchInferenceJobRequest.batchInferenceJobMode": "BATCH_INFERENCE",
    },
    "examples": {
        "CreateBatchInferenceJobRequest.solutionVersionArn": [
            "arn:aws:personalize:us-east-1:123456789012:solution/movies/1a2b3c4d"
        ],
        "CreateBatchInferenceJobRequest.numResults": [25],
        "BatchInferenceJobConfig.itemExplorationConfig": [
            {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}
        ],
        "CreateBatchInferenceJobRequest.tags": [[{"tagKey": "team", "tagValue": "growth"}]],
    },
}
