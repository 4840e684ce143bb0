// A monthly budget for the landing zone's resource groups. It tells; it stops nothing.
// Shape: learn.microsoft.com/azure/templates/microsoft.consumption/budgets, read 2026-11.

targetScope = 'subscription'

@description('name, amount, from, contacts, percents, resourceGroups.')
param budget object

// The types that come with the compiler have no budgets.
#disable-next-line BCP081
resource monthly 'Microsoft.Consumption/budgets@2021-10-01' = {
  name: budget.name
  properties: {
    category: 'Cost'
    amount: budget.amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: '${budget.from}T00:00:00Z'
    }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: budget.resourceGroups
      }
    }
    notifications: toObject(budget.percents, percent => 'actual-${percent}', percent => {
      enabled: true
      operator: 'GreaterThanOrEqualTo'
      threshold: percent
      thresholdType: 'Actual'
      contactEmails: budget.contacts
    })
  }
}
