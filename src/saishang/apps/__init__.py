"""Where people work: each folder is a Django app named after its users' job."""
