"""The account, Region and credentials of the local AWS."""

REGION = "eu-west-1"
ACCOUNT = "123456789012"

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    # Otherwise botocore derives from a stream's ARN an endpoint that moto does not know.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}
