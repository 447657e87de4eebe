flows "orders" {} # error: Unknown block: Did you mean "flow"?
gatway {} # error: Unknown block: Did you mean "gateway"?
local {} # error: Unknown block: Did you mean "locals"?
resource "aws_lambda" "x" {} # error: Unknown block: Its blocks are gateway, locals, secret, connection and flow
action "log" "x" {} # error: Unknown block: belongs inside of a flow
trigger "webhook" {} # error: Unknown block: belongs inside of a flow
variable "x" {} # error: Unknown block: belongs inside of the trigger
limits {} # error: Unknown block: belongs inside of gateway { … }
test "x" {} # error: Unknown block: .test.hcl
