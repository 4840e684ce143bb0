type disk = {
  @allowed([
    'Standard'
    'Premium'
  ])
  tier: string
}

param disk1 disk
