not a flow
