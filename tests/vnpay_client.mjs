// The published client of VNPAY, as it is, beside a gateway: one word of what to do a line.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { IpnSuccess, IpnFailChecksum, VNPay, ignoreLogger } from "vnpay";

const [tmnCode, secureSecret, vnpayHost] = process.argv.slice(2);
const client = new VNPay({
  tmnCode, secureSecret, vnpayHost, queryDrAndRefundHost: vnpayHost, testMode: false, hashAlgorithm: "SHA512",
  loggerFn: ignoreLogger,
});
const heard = [];
const shop = createServer((request, response) => {
  const query = Object.fromEntries(new URL(request.url, "http://shop").searchParams);
  const said = client.verifyIpnCall(query);
  heard.push({ verified: said.isVerified, success: said.isSuccess, ...query });
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(said.isVerified ? IpnSuccess : IpnFailChecksum));
});
const verbs = {
  pay: (asked) => client.buildPaymentUrl(asked),
  verify: (query) => client.verifyReturnUrl(query),
  query: (asked) => client.queryDr(asked),
  refund: (asked) => client.refund(asked),
  heard: () => heard,
};
shop.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify(shop.address().port));
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const { verb, asked } = JSON.parse(line);
    try {
      console.log(JSON.stringify({ said: await verbs[verb](asked) }));
    } catch (fault) {
      console.log(JSON.stringify({ fault: `${fault} ${fault.cause ?? ""}` }));
    }
  }).on("close", () => process.exit(0));
});
