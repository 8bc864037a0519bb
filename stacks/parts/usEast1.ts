import type { Provider } from "@pulumi/aws/provider";
import { usEast1 } from "../../components/model/globalServices";
import { awsProvider, type StackContext } from "../../infra/stack";

/** What CloudFront and the metrics of health checks want: the stack's own provider if it is of us-east-1, else one beside it. */
export function usEast1Provider(stack: StackContext<"primary">): Provider {
    return stack.region.name === usEast1.region ? stack.aws : awsProvider(usEast1.provider, usEast1.region, stack);
}
