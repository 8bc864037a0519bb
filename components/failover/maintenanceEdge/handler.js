// Runs at CloudFront's edges for every request, in place of an origin: the standby that answers while there is none.
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- CloudFront calls it by name.
function handler() {
    return {
        statusCode: 503,
        statusDescription: "Service Unavailable",
        headers: {
            "content-type": { value: "application/json" },
            "retry-after": { value: "60" },
            "cache-control": { value: "no-store" },
        },
        body: JSON.stringify({ error: "unavailable", message: "The service is down for the moment. Please try again in a minute." }),
    };
}
