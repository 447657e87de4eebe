# Takes a file from a form and sends it on to the document archive, byte for byte.

flow "file_upload" {
  label       = "Upload of a document"
  description = "Sends the file of a form to the document archive."

  trigger "webhook" {
    path          = "/uploads/{customer}"
    mode          = "sync"
    content_types = ["multipart"]
    max_body      = "10MiB"

    variable "customer" {
      type    = string
      from    = webhook.path.customer
      pattern = "^[A-Za-z0-9-]{1,32}$"
    }
    variable "title" {
      type = string
      min  = 1
      max  = 200
    }
    variable "file" {
      type = object({ filename = string, content_type = string, content = string })
    }
  }

  # The customer is one segment of the path, whatever characters it has.
  action "http" "archive" {
    url    = "${env("ARCHIVE_URL", "http://127.0.0.1:8080/archive")}/customers/${webhook.customer}/documents"
    method = "POST"
    multipart {
      part "title" { value = webhook.title }
      part "file" {
        content_base64 = webhook.file.content
        filename       = webhook.file.filename
        content_type   = webhook.file.content_type
      }
    }
  }

  action "respond" "stored" {
    status = 201
    json = {
      document = action.archive.body.document
      bytes    = action.archive.body.bytes
    }
  }
}

# Replaces the archive, so that the example needs no other system.
flow "document_archive" {
  label = "Stand-in for the document archive"

  trigger "webhook" {
    path          = "/archive/customers/{customer}/documents"
    mode          = "sync"
    content_types = ["multipart"]
    max_body      = "10MiB"

    variable "file" {
      type = object({ filename = string, size = number })
    }
  }

  action "respond" "stored" {
    json = {
      document = "${webhook.path.customer}/${webhook.file.filename}"
      bytes    = webhook.file.size
    }
  }
}
