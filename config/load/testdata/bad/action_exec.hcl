flow "scripts" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "exec" "a" {
    command = [webhook.body.program, "-l"] # error: Program not fixed: first element
  }
  action "exec" "b" {
    command = "ls -l" # error: Wrong type: list
  }
  action "exec" "b2" {
    command = ["ls -l | wc"] # warning: Doubtful program: each word as an element of its own
  }
  action "exec" "c" {
    command = ["./run.sh"] # error: Wrong program: absolute path
    dir     = "scripts"    # error: Wrong folder: absolute path
  }
  action "exec" "d" {
    command = ["sh", "-c", "convert ${webhook.body.file}"] # warning: Values of the run in a script: or in env
  }
  action "exec" "e" {
    command = ["ls"]
    success = "0,256"         # error: Wrong exit codes: from 0 to 255
    env     = { "A=B" = "c" } # error: Wrong environment: "A=B"
  }
}
